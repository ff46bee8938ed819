#![no_main]
#[path = "../targets/services.rs"]
mod services;
libfuzzer_sys::fuzz_target!(|data: &[u8]| services::run(data));
