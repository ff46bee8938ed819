//! Each measurement stated: from recordings to figures with uncertainty and method, in words of both languages, under
//! stable keys, and as a picture.

mod budget;
mod echo;
mod gaps;
mod level;
mod press;
mod response;
mod speech;
mod stipa;
mod timing;
mod tones;

pub use echo::{double_talk, echo};
pub use gaps::gaps;
pub use level::level;
pub use press::press;
pub use response::response;
pub use speech::{pesq, stoi};
pub use stipa::{Circumstances, stipa};
pub use timing::{Pair, delay, track};
pub use tones::tones;
