#![no_main]
#[path = "../targets/message.rs"]
mod message;
libfuzzer_sys::fuzz_target!(|data: &[u8]| message::run(data));
