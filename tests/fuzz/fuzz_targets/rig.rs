#![no_main]
#[path = "../targets/rig.rs"]
mod rig;
libfuzzer_sys::fuzz_target!(|data: &[u8]| rig::run(data));
