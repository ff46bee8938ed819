#![no_main]
#[path = "../targets/digest.rs"]
mod digest;
libfuzzer_sys::fuzz_target!(|data: &[u8]| digest::run(data));
