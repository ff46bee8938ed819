#![no_main]
#[path = "../targets/packet.rs"]
mod packet;
libfuzzer_sys::fuzz_target!(|data: &[u8]| packet::run(data));
