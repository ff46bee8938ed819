#![no_main]
#[path = "../targets/voice_message.rs"]
mod voice_message;
libfuzzer_sys::fuzz_target!(|data: &[u8]| voice_message::run(data));
