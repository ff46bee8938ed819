//! Pictures as SVG documents, nothing to install to look at them: lines over an axis, and the matrix of modulations.

mod ladder;
mod lanes;
mod lines;
mod matrix;
mod svg;

use crate::unit::Lang;
pub use ladder::{Ladder, Rung, Way};
pub use lanes::{Bar, Lane, Lanes};
pub use lines::{Mark, Plot, Series, titled, waveform};
pub use matrix::{Matrix, Octave};

/// What can be drawn of a measurement.
#[derive(Debug, Clone)]
pub enum Picture {
    Lines(Plot),
    Matrix(Matrix),
    Lanes(Lanes),
    Ladder(Ladder),
}

impl From<Plot> for Picture {
    fn from(plot: Plot) -> Self {
        Picture::Lines(plot)
    }
}

impl From<Lanes> for Picture {
    fn from(lanes: Lanes) -> Self {
        Picture::Lanes(lanes)
    }
}

impl From<Ladder> for Picture {
    fn from(ladder: Ladder) -> Self {
        Picture::Ladder(ladder)
    }
}

impl From<Matrix> for Picture {
    fn from(matrix: Matrix) -> Self {
        Picture::Matrix(matrix)
    }
}

/// The document: a matrix, lanes or a ladder alone, or the plots one below the other.
pub fn to_svg(pictures: &[Picture], lang: Lang) -> String {
    let mut plots = Vec::new();
    for picture in pictures {
        match picture {
            Picture::Matrix(matrix) => return matrix.to_svg(lang),
            Picture::Lanes(lanes) => return lanes.to_svg(lang),
            Picture::Ladder(ladder) => return ladder.to_svg(lang),
            Picture::Lines(plot) => plots.push(plot),
        }
    }
    lines::stacked(&plots, lang)
}
