//! The worked example of annex M: a full matrix measured in a quiet hall, moved to its use with louder speech and an
//! audience's noise.
//!
//! The figures of table M.1 as a public test suite reprints them (phonometry, `tests/reference_data.py`) [V], not read
//! in the standard itself [M]. Steps 2 and 3 print their matrices to three decimals, step 4 the octave indices and the
//! index to two.

use super::super::index::*;

const MEASURED: Condition =
    Condition { speech_db: [77.9, 77.9, 74.2, 68.2, 62.2, 56.2, 50.2], noise_db: [48.0, 40.0, 34.0, 30.0, 27.0, 25.0, 23.0] };
const IN_USE: Condition =
    Condition { speech_db: [82.9, 82.9, 79.2, 73.2, 67.2, 61.2, 55.2], noise_db: [55.5, 47.5, 41.5, 37.5, 34.5, 32.5, 30.5] };

/// As measured (step 1): a row an octave, 0.63 Hz to 12.5 Hz.
const STEP_1: [[f64; 14]; 7] = [
    [0.982, 0.966, 0.945, 0.919, 0.884, 0.850, 0.815, 0.772, 0.740, 0.724, 0.713, 0.669, 0.590, 0.553],
    [0.952, 0.928, 0.897, 0.862, 0.819, 0.784, 0.750, 0.715, 0.678, 0.623, 0.553, 0.515, 0.479, 0.442],
    [0.960, 0.941, 0.914, 0.881, 0.836, 0.793, 0.749, 0.716, 0.691, 0.665, 0.643, 0.611, 0.545, 0.513],
    [0.969, 0.954, 0.933, 0.908, 0.873, 0.838, 0.799, 0.760, 0.730, 0.721, 0.708, 0.664, 0.603, 0.602],
    [0.979, 0.969, 0.955, 0.939, 0.915, 0.890, 0.862, 0.832, 0.800, 0.772, 0.745, 0.720, 0.693, 0.678],
    [0.983, 0.976, 0.965, 0.952, 0.932, 0.911, 0.888, 0.863, 0.836, 0.811, 0.785, 0.764, 0.748, 0.736],
    [0.994, 0.992, 0.989, 0.984, 0.978, 0.971, 0.961, 0.950, 0.938, 0.926, 0.913, 0.901, 0.890, 0.881],
];
/// Without noise, masking and threshold (step 2): first, eighth and last modulation.
const STEP_2: [[f64; 3]; 7] = [
    [0.983, 0.773, 0.554],
    [0.960, 0.721, 0.446],
    [0.978, 0.730, 0.523],
    [0.990, 0.776, 0.614],
    [0.990, 0.841, 0.685],
    [0.986, 0.866, 0.737],
    [0.997, 0.953, 0.884],
];
/// In use (step 3), the same modulations.
const STEP_3: [[f64; 3]; 7] = [
    [0.981, 0.772, 0.553],
    [0.946, 0.710, 0.439],
    [0.946, 0.706, 0.505],
    [0.953, 0.747, 0.592],
    [0.971, 0.825, 0.672],
    [0.975, 0.856, 0.729],
    [0.992, 0.948, 0.880],
];
const INDICES: [f64; 7] = [0.73, 0.66, 0.67, 0.71, 0.77, 0.80, 0.92];
const INDEX: f64 = 0.76;

#[test]
fn the_worked_example_comes_out_as_printed() {
    let bare = MEASURED.undone(&STEP_1);
    let used = IN_USE.applied(&bare);
    for (what, got, printed) in [("step 2", &bare, &STEP_2), ("step 3", &used, &STEP_3)] {
        for (k, row) in printed.iter().enumerate() {
            for (column, want) in [0, 7, 13].into_iter().zip(row) {
                assert!((got[k][column] - want).abs() < 0.001, "{what}, octave {k}: {} for {want}", got[k][column]);
            }
        }
    }
    let indices = octave_indices(&used, [true; 7]);
    for (k, want) in INDICES.iter().enumerate() {
        assert!((indices[k] - want).abs() < 0.0051, "octave {k}: {} for {want}", indices[k]);
    }
    assert!((weighted(&indices) - INDEX).abs() < 0.0051, "{}", weighted(&indices));
}
