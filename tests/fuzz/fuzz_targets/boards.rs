#![no_main]
#[path = "../targets/boards.rs"]
mod boards;
libfuzzer_sys::fuzz_target!(|data: &[u8]| boards::run(data));
