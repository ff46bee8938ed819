#![no_main]
#[path = "../targets/journal.rs"]
mod journal;
libfuzzer_sys::fuzz_target!(|data: &[u8]| journal::run(data));
