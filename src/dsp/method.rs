//! How each sound figure is got, in words and by which norm: the same words on a real rig, on the twin and on a file.
//!
//! Knows nothing of who asks. A method stands here once, so that a journal and `hejnal measure` cannot say different things of one figure.

use crate::unit::Method;

pub const DELAY: Method = Method::new(
    "cross-correlation with a composite-source burst, then a joint fit of gain, delay and clock ratio with robust weights; uncertainty from the residual",
    "korelacja wzajemna z sygnałem wzorcowym, potem wspólne dopasowanie wzmocnienia, opóźnienia i stosunku zegarów z wagami odpornymi; niepewność z reszt",
    "ITU-T P.501 (stimulus), ITU-T G.114",
);
pub const DELAY_GROWTH: Method = Method::new(
    "largest less first delay of a series of composite-source bursts, each by a joint fit of gain, delay and clock ratio",
    "największe minus pierwsze opóźnienie z serii sygnałów wzorcowych, każde ze wspólnego dopasowania wzmocnienia, opóźnienia i stosunku zegarów",
    "ITU-T P.501 (stimulus), ITU-T G.114",
);
pub const PRESENCE: Method = Method::new(
    "noise voice without pauses, found in the recording by correlation in looks of 20 ms, its edges placed by likelihood",
    "głos szumowy bez przerw, odszukany w nagraniu korelacją w oknach 20 ms, krawędzie wyznaczone metodą największej wiarygodności",
    "",
);
