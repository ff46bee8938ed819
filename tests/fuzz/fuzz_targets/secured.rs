#![no_main]
#[path = "../targets/secured.rs"]
mod secured;
libfuzzer_sys::fuzz_target!(|data: &[u8]| secured::run(data));
