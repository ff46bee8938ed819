//! The debug probe: writes the post's firmware and reads it back.

use super::{Instrument, InstrumentError, Result};
use crate::clock::Instant;
use crate::unit::Bilingual;

/// How far a flash has come, in the order in which the stages run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Progress {
    Erasing { done: f64 },
    Programming { done: f64 },
    Verifying { done: f64 },
}

/// What a flash wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flashed {
    pub bytes: usize,
}

/// Why a flash did not end well. Only the caller knows whether that was to be expected (a power cut it caused itself).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FlashError {
    /// Probe, cable or file: the bench's side of the wire.
    #[error(transparent)]
    Bench(#[from] InstrumentError),
    /// The target answered on the wire, but its memory could not be erased, written or verified.
    #[error("the microcontroller's memory refused {stage}: {cause}")]
    Refused { stage: &'static str, cause: String },
    /// The target stopped answering: unpowered, or its debug port is dead.
    #[error("the microcontroller stopped answering while {stage}: {cause}")]
    Silent { stage: &'static str, cause: String },
}

impl FlashError {
    /// What went wrong, in both languages; the technical detail stays in English.
    pub fn account(&self) -> Bilingual {
        let detail = match self {
            FlashError::Bench(error) => return error.account(),
            FlashError::Refused { cause, .. } | FlashError::Silent { cause, .. } => cause,
        };
        Bilingual::new(self.to_string(), format!("{}. Szczegóły: {detail}", self.in_short().pl))
    }

    /// The same without the library's words.
    pub fn in_short(&self) -> Bilingual {
        match self {
            FlashError::Bench(error) => error.account(),
            FlashError::Refused { stage, .. } => Bilingual::new(
                format!("the microcontroller's memory refused {stage}"),
                format!("pamięć mikrokontrolera odmówiła operacji podczas {}", stage_pl(stage)),
            ),
            FlashError::Silent { stage, .. } => Bilingual::new(
                format!("the microcontroller stopped answering while {stage}"),
                format!("mikrokontroler przestał odpowiadać podczas {}", stage_pl(stage)),
            ),
        }
    }
}

/// In the genitive.
fn stage_pl(stage: &str) -> &str {
    match stage {
        "attaching" => "nawiązywania łączności",
        "starting" => "uruchamiania",
        "erasing" => "kasowania",
        "programming" | "writing" => "zapisu",
        "staging the image" => "przygotowania obrazu",
        "staging the data" => "przygotowania danych",
        "verifying" => "weryfikacji",
        "reading" => "odczytu",
        "resetting" => "resetu",
        "diverting" => "zmiany adresu programu",
        _ => "pracy",
    }
}

pub trait DebugProbe: Instrument {
    /// Erases the pages of the image, writes, verifies. `watch` sees every stage; it must be quick.
    fn flash(&mut self, elf: &[u8], watch: &mut dyn FnMut(Progress)) -> std::result::Result<Flashed, FlashError>;
    /// Reads memory through the debug port.
    fn read(&mut self, address: u32, length: usize) -> std::result::Result<Vec<u8>, FlashError>;
    /// Writes data beside the image, such as a page of settings, and reads it back. What else stands in its pages is
    /// kept; the core may be left halted.
    fn write(&mut self, address: u32, bytes: &[u8]) -> std::result::Result<(), FlashError>;
    /// Lets the main program go on elsewhere, with its interrupts enabled: at an endless loop it hangs. Returns the
    /// moment of release.
    fn divert(&mut self, address: u32) -> std::result::Result<Instant, FlashError>;
    /// Resets the microcontroller and lets it run; returns the moment of release.
    fn reset(&mut self) -> std::result::Result<Instant, FlashError>;
    /// The target's supply in volts as the probe sees it; `None` where the probe cannot tell.
    fn target_voltage(&mut self) -> Result<Option<f32>>;
}
