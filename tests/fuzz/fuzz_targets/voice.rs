#![no_main]
#[path = "../targets/voice.rs"]
mod voice;
libfuzzer_sys::fuzz_target!(|data: &[u8]| voice::run(data));
