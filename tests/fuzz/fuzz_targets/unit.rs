#![no_main]
#[path = "../targets/unit.rs"]
mod unit;
libfuzzer_sys::fuzz_target!(|data: &[u8]| unit::run(data));
