//! The few functions of `libasound.so.2` that a full-duplex stream needs, found at run time.
//!
//! The only unsafe code of the sound driver is here and in the calls through these pointers. Knows nothing of threads
//! or of what is played.

#![expect(unsafe_code, reason = "a library of C, looked up at run time, so that the program needs none to be built")]

use libloading::Library;
use std::ffi::{CStr, CString, c_char, c_int, c_long, c_uint, c_ulong, c_void};
use std::ptr;

/// The first of these names that can be loaded is used.
const NAMES: [&str; 1] = ["libasound.so.2"];

const PLAYBACK: c_int = 0;
const CAPTURE: c_int = 1;
/// SND_PCM_ACCESS_RW_INTERLEAVED.
const INTERLEAVED: c_int = 3;

/// How a sample lies in memory, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    S32,
    S24In3,
    S16,
}

impl Format {
    const ALL: [Format; 3] = [Format::S32, Format::S24In3, Format::S16];
    /// `snd_pcm_format_t`, little-endian.
    const fn code(self) -> c_int {
        match self {
            Format::S32 => 10,
            Format::S24In3 => 32,
            Format::S16 => 2,
        }
    }
    pub const fn bytes(self) -> usize {
        match self {
            Format::S32 => 4,
            Format::S24In3 => 3,
            Format::S16 => 2,
        }
    }
    pub fn encode(self, sample: f32, into: &mut Vec<u8>) {
        let full = f64::from(sample.clamp(-1.0, 1.0)) * f64::from(i32::MAX);
        let word = (full as i32).to_le_bytes();
        into.extend_from_slice(&word[4 - self.bytes()..]);
    }
    /// `bytes` holds one sample.
    pub fn decode(self, bytes: &[u8]) -> f32 {
        let mut word = [0u8; 4];
        word[4 - self.bytes()..].copy_from_slice(&bytes[..self.bytes()]);
        i32::from_le_bytes(word) as f32 / 2_147_483_648.0
    }
}

macro_rules! functions {
    ($($name:ident: fn($($argument:ty),*) -> $result:ty;)*) => {
        struct Functions {
            $($name: unsafe extern "C" fn($($argument),*) -> $result,)*
        }
        impl Functions {
            fn find(library: &Library) -> Result<Functions, String> {
                Ok(Functions {
                    // SAFETY: the signatures are those of alsa-lib 1.x's public header `pcm.h`, stable since 1.0.
                    $($name: unsafe {
                        *library.get(concat!(stringify!($name), "\0").as_bytes()).map_err(|error| error.to_string())?
                    },)*
                })
            }
        }
    };
}

functions! {
    snd_strerror: fn(c_int) -> *const c_char;
    snd_pcm_open: fn(*mut *mut c_void, *const c_char, c_int, c_int) -> c_int;
    snd_pcm_close: fn(*mut c_void) -> c_int;
    snd_pcm_hw_params_malloc: fn(*mut *mut c_void) -> c_int;
    snd_pcm_hw_params_free: fn(*mut c_void) -> ();
    snd_pcm_hw_params_any: fn(*mut c_void, *mut c_void) -> c_int;
    snd_pcm_hw_params_set_access: fn(*mut c_void, *mut c_void, c_int) -> c_int;
    snd_pcm_hw_params_set_format: fn(*mut c_void, *mut c_void, c_int) -> c_int;
    snd_pcm_hw_params_set_channels: fn(*mut c_void, *mut c_void, c_uint) -> c_int;
    snd_pcm_hw_params_set_rate: fn(*mut c_void, *mut c_void, c_uint, c_int) -> c_int;
    snd_pcm_hw_params_set_rate_resample: fn(*mut c_void, *mut c_void, c_uint) -> c_int;
    snd_pcm_hw_params_set_period_size_near: fn(*mut c_void, *mut c_void, *mut c_ulong, *mut c_int) -> c_int;
    snd_pcm_hw_params_set_buffer_size_near: fn(*mut c_void, *mut c_void, *mut c_ulong) -> c_int;
    snd_pcm_hw_params: fn(*mut c_void, *mut c_void) -> c_int;
    snd_pcm_sw_params_malloc: fn(*mut *mut c_void) -> c_int;
    snd_pcm_sw_params_free: fn(*mut c_void) -> ();
    snd_pcm_sw_params_current: fn(*mut c_void, *mut c_void) -> c_int;
    snd_pcm_sw_params_set_start_threshold: fn(*mut c_void, *mut c_void, c_ulong) -> c_int;
    snd_pcm_sw_params: fn(*mut c_void, *mut c_void) -> c_int;
    snd_pcm_prepare: fn(*mut c_void) -> c_int;
    snd_pcm_start: fn(*mut c_void) -> c_int;
    snd_pcm_drop: fn(*mut c_void) -> c_int;
    snd_pcm_link: fn(*mut c_void, *mut c_void) -> c_int;
    snd_pcm_readi: fn(*mut c_void, *mut c_void, c_ulong) -> c_long;
    snd_pcm_writei: fn(*mut c_void, *const c_void, c_ulong) -> c_long;
}

/// The library, loaded.
pub struct Alsa {
    functions: Functions,
    /// Must outlive the pointers.
    _library: Library,
}

/// One direction of a card, closed when dropped.
pub struct Pcm<'a> {
    alsa: &'a Alsa,
    handle: *mut c_void,
    pub period: usize,
    pub format: Format,
    channels: usize,
}

/// What a direction is opened with.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'n> {
    pub device: &'n str,
    pub rate: u32,
    pub channels: u8,
    /// Frames a period, as near as the card can.
    pub period: usize,
    pub periods: usize,
}

impl Alsa {
    pub fn load() -> Result<Alsa, String> {
        let mut last = String::new();
        for name in NAMES {
            // SAFETY: loading alsa-lib runs no code but its own constructors, which have no preconditions.
            match unsafe { Library::new(name) } {
                Ok(library) => return Ok(Alsa { functions: Functions::find(&library)?, _library: library }),
                Err(error) => last = error.to_string(),
            }
        }
        Err(last)
    }

    fn check(&self, action: &str, code: c_int) -> Result<(), String> {
        if code >= 0 { Ok(()) } else { Err(format!("{action}: {}", self.explain(code))) }
    }

    fn explain(&self, code: c_int) -> String {
        // SAFETY: snd_strerror returns a static string for every code.
        unsafe { CStr::from_ptr((self.functions.snd_strerror)(code)) }.to_string_lossy().into_owned()
    }

    pub fn open_playback(&self, wanted: Wanted) -> Result<Pcm<'_>, String> {
        self.open(wanted, PLAYBACK)
    }
    pub fn open_capture(&self, wanted: Wanted) -> Result<Pcm<'_>, String> {
        self.open(wanted, CAPTURE)
    }

    fn open(&self, wanted: Wanted, direction: c_int) -> Result<Pcm<'_>, String> {
        let device = CString::new(wanted.device).map_err(|_| "the device's name holds a NUL".to_string())?;
        let mut handle = ptr::null_mut();
        // SAFETY: both pointers are valid for the call.
        let code = unsafe { (self.functions.snd_pcm_open)(&mut handle, device.as_ptr(), direction, 0) };
        self.check("open", code)?;
        let mut pcm =
            Pcm { alsa: self, handle, period: wanted.period, format: Format::S16, channels: usize::from(wanted.channels) };
        pcm.set_hardware(wanted)?;
        pcm.set_software()?;
        Ok(pcm)
    }

    /// Starts and stops both together, where the card can; false where it cannot.
    pub fn link(&self, one: &Pcm, other: &Pcm) -> bool {
        // SAFETY: both handles are open.
        unsafe { (self.functions.snd_pcm_link)(one.handle, other.handle) >= 0 }
    }
}

impl Pcm<'_> {
    fn set_hardware(&mut self, wanted: Wanted) -> Result<(), String> {
        let f = &self.alsa.functions;
        let check = |action: &str, code| self.alsa.check(action, code);
        let pcm = self.handle;
        let mut parameters = ptr::null_mut();
        // SAFETY: the parameters are allocated by the first call and freed by the last; all pointers are valid for the
        // calls.
        unsafe {
            check("allocate parameters", (f.snd_pcm_hw_params_malloc)(&mut parameters))?;
            let set = || -> Result<(usize, Format), String> {
                check("read the card's abilities", (f.snd_pcm_hw_params_any)(pcm, parameters))?;
                check("set interleaved access", (f.snd_pcm_hw_params_set_access)(pcm, parameters, INTERLEAVED))?;
                // A card that cannot do the rate must say so: a resampler in between would hide its clock. Plug-ins may
                // refuse the call itself.
                let _plug_in = (f.snd_pcm_hw_params_set_rate_resample)(pcm, parameters, 0);
                let format = Format::ALL
                    .into_iter()
                    .find(|format| (f.snd_pcm_hw_params_set_format)(pcm, parameters, format.code()) >= 0)
                    .ok_or("the card knows none of S32, S24_3LE and S16 samples")?;
                let channels = c_uint::from(wanted.channels);
                check(&format!("set {channels} channels"), (f.snd_pcm_hw_params_set_channels)(pcm, parameters, channels))?;
                check(&format!("set {} Hz", wanted.rate), (f.snd_pcm_hw_params_set_rate)(pcm, parameters, wanted.rate, 0))?;
                let (mut period, mut direction) = (wanted.period as c_ulong, 0);
                let near = (f.snd_pcm_hw_params_set_period_size_near)(pcm, parameters, &mut period, &mut direction);
                check("set the period", near)?;
                let mut buffer = period * wanted.periods as c_ulong;
                check("set the buffer", (f.snd_pcm_hw_params_set_buffer_size_near)(pcm, parameters, &mut buffer))?;
                check("apply the parameters", (f.snd_pcm_hw_params)(pcm, parameters))?;
                Ok((period as usize, format))
            };
            let result = set();
            (f.snd_pcm_hw_params_free)(parameters);
            (self.period, self.format) = result?;
        }
        Ok(())
    }

    /// Starting is ours alone: a stream that starts by itself when its buffer fills would leave the other direction
    /// behind.
    fn set_software(&self) -> Result<(), String> {
        let f = &self.alsa.functions;
        let mut parameters = ptr::null_mut();
        // SAFETY: as above.
        unsafe {
            self.alsa.check("allocate parameters", (f.snd_pcm_sw_params_malloc)(&mut parameters))?;
            (f.snd_pcm_sw_params_current)(self.handle, parameters);
            (f.snd_pcm_sw_params_set_start_threshold)(self.handle, parameters, c_ulong::MAX >> 1);
            let code = (f.snd_pcm_sw_params)(self.handle, parameters);
            (f.snd_pcm_sw_params_free)(parameters);
            self.alsa.check("set the start threshold", code)
        }
    }

    pub fn prepare(&self) -> Result<(), String> {
        // SAFETY: the handle is open.
        self.alsa.check("prepare", unsafe { (self.alsa.functions.snd_pcm_prepare)(self.handle) })
    }
    pub fn start(&self) -> Result<(), String> {
        // SAFETY: the handle is open.
        self.alsa.check("start", unsafe { (self.alsa.functions.snd_pcm_start)(self.handle) })
    }
    pub fn stop(&self) {
        // SAFETY: the handle is open.
        let _already_stopped = unsafe { (self.alsa.functions.snd_pcm_drop)(self.handle) };
    }

    /// Waits for up to `frames` frames; what was read lies at the beginning of `buffer`.
    pub fn read(&self, buffer: &mut [u8], frames: usize) -> Result<usize, String> {
        let frames = frames.min(buffer.len() / (self.channels * self.format.bytes()).max(1));
        // SAFETY: the buffer holds `frames` frames.
        let read = unsafe { (self.alsa.functions.snd_pcm_readi)(self.handle, buffer.as_mut_ptr().cast(), frames as c_ulong) };
        usize::try_from(read).map_err(|_| self.alsa.explain(read as c_int))
    }

    /// Waits until all of `buffer`, whole frames, is taken.
    pub fn write(&self, buffer: &[u8]) -> Result<usize, String> {
        let frames = buffer.len() / (self.channels * self.format.bytes()).max(1);
        // SAFETY: the buffer holds `frames` frames.
        let written = unsafe { (self.alsa.functions.snd_pcm_writei)(self.handle, buffer.as_ptr().cast(), frames as c_ulong) };
        usize::try_from(written).map_err(|_| self.alsa.explain(written as c_int))
    }
}

impl Drop for Pcm<'_> {
    fn drop(&mut self) {
        // SAFETY: the handle is open and is not used again.
        unsafe { (self.alsa.functions.snd_pcm_close)(self.handle) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_survive_every_format() {
        for format in Format::ALL {
            for sample in [0.0, 0.5, -0.5, 0.999, -1.0] {
                let mut bytes = Vec::new();
                format.encode(sample, &mut bytes);
                assert_eq!(bytes.len(), format.bytes());
                let back = format.decode(&bytes);
                assert!((back - sample).abs() < 1.0 / 16_384.0, "{sample} became {back} through {format:?}");
            }
            let mut loud = Vec::new();
            format.encode(7.0, &mut loud);
            assert!(format.decode(&loud) > 0.999, "{format:?} wraps");
        }
    }
}
