//! What a delay's uncertainty is made of (JCGM 100:2008, 4 and 5).

/// Standard uncertainties, seconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Budget {
    /// Between the blocks of the fit.
    pub scatter: f64,
    /// Its degrees of freedom.
    pub freedom: f64,
    /// Of the path's own delay over the band.
    pub dispersion: f64,
    /// Of what depends on the signal and repeats itself in every block.
    pub distortion: f64,
    /// Of the samples' rounding.
    pub rounding: f64,
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    pub source: Source,
    /// `A`: from repeated observations; `B`: from anything else.
    pub kind: char,
    pub distribution: Distribution,
    /// `None`: infinitely many.
    pub freedom: Option<f64>,
    pub standard_s: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Scatter,
    Dispersion,
    Distortion,
    Rounding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distribution {
    Student,
    Normal,
    Rectangular,
}

impl Budget {
    /// Expanded, k = 2.
    pub fn expanded(&self) -> f64 {
        2.0 * self.scatter.hypot(self.dispersion.hypot(self.distortion)).hypot(self.rounding)
    }

    /// The lines that count.
    pub fn contributions(&self) -> Vec<Contribution> {
        let line =
            |source, kind, distribution, freedom, standard_s| Contribution { source, kind, distribution, freedom, standard_s };
        let lines = [
            line(Source::Scatter, 'A', Distribution::Student, Some(self.freedom.round()), self.scatter),
            line(Source::Dispersion, 'A', Distribution::Normal, None, self.dispersion),
            line(Source::Distortion, 'B', Distribution::Normal, None, self.distortion),
            line(Source::Rounding, 'B', Distribution::Rectangular, None, self.rounding),
        ];
        lines.into_iter().filter(|line| line.standard_s > 0.0).collect()
    }
}
