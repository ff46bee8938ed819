//! A journal as it lies on the disk, whoever wrote or broke it.
#![no_main]

use hejnal::journal::read::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let file = std::env::temp_dir().join(format!("hejnal-fuzz-{}.jsonl", std::process::id()));
    std::fs::write(&file, data).expect("a place to write");
    if let Ok(story) = read(&file) {
        let (_, _) = (story.reached_its_end(), story.is_authentic());
    }
    std::fs::remove_file(&file).expect("written before");
});
