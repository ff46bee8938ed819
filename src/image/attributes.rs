//! The build attributes of ARM's ABI (IHI 0045, section 2): only which core the code is for.
//!
//! Every length in them is foreign input.

use super::Core;

const FILE_SCOPE: u64 = 1;
const CPU_RAW_NAME: u64 = 4;
const CPU_NAME: u64 = 5;
const CPU_ARCH: u64 = 6;
const COMPATIBILITY: u64 = 32;

/// The core the whole file was built for; `None` if the attributes do not name a microcontroller's.
pub fn core(section: &[u8]) -> Option<Core> {
    let mut rest = section.strip_prefix(b"A")?;
    while let Some((vendor, after)) = split_counted(rest, 0) {
        if let Some(file) = vendor.strip_prefix(b"aeabi\0").and_then(file_scope) {
            return cpu_arch(file).and_then(core_of);
        }
        rest = after;
    }
    None
}

/// Tag_CPU_arch (IHI 0045, 3.3.5.2). 10 covers ARMv7-M too: of v7 only that profile runs on a microcontroller.
fn core_of(arch: u64) -> Option<Core> {
    match arch {
        11 | 12 => Some(Core::Armv6M),
        10 => Some(Core::Armv7M),
        13 => Some(Core::Armv7EM),
        16 | 17 | 21 => Some(Core::Armv8M),
        _ => None,
    }
}

/// Splits off a piece that begins with its own length; `before` bytes of it stand ahead of the length and count too.
fn split_counted(bytes: &[u8], before: usize) -> Option<(&[u8], &[u8])> {
    let length = u32::from_le_bytes(*bytes.get(before..)?.first_chunk()?) as usize;
    let body = bytes.get(before + 4..length)?;
    Some((body, bytes.get(length..)?))
}

fn file_scope(mut rest: &[u8]) -> Option<&[u8]> {
    while let Some(tag) = rest.first() {
        let (body, after) = split_counted(rest, 1)?;
        if u64::from(*tag) == FILE_SCOPE {
            return Some(body);
        }
        rest = after;
    }
    None
}

fn cpu_arch(mut attributes: &[u8]) -> Option<u64> {
    while !attributes.is_empty() {
        let tag = take_number(&mut attributes)?;
        match tag {
            CPU_ARCH => return take_number(&mut attributes),
            COMPATIBILITY => {
                take_number(&mut attributes)?;
                take_text(&mut attributes)?;
            }
            CPU_RAW_NAME | CPU_NAME => take_text(&mut attributes)?,
            // From 32 on odd tags carry text, even ones numbers.
            tag if tag > COMPATIBILITY && tag % 2 == 1 => take_text(&mut attributes)?,
            _ => _ = take_number(&mut attributes)?,
        }
    }
    None
}

/// ULEB128.
fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn take_text(bytes: &mut &[u8]) -> Option<()> {
    let end = bytes.iter().position(|b| *b == 0)?;
    *bytes = bytes.get(end + 1..)?;
    Some(())
}
