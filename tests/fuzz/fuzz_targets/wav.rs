#![no_main]
#[path = "../targets/wav.rs"]
mod wav;
libfuzzer_sys::fuzz_target!(|data: &[u8]| wav::run(data));
