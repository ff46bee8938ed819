//! A journal as it lies on the disk, whoever wrote or broke it.

use hejnal::journal::read::read;

pub fn run(data: &[u8]) {
    let file = std::env::temp_dir().join(format!("hejnal-fuzz-{}.jsonl", std::process::id()));
    std::fs::write(&file, data).expect("a place to write");
    if let Ok(story) = read(&file) {
        let (_, _) = (story.reached_its_end(), story.is_authentic());
    }
    std::fs::remove_file(&file).expect("written before");
}
