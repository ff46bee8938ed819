//! A rig's YAML: every problem has a place in the file.

use hejnal::rig::load;

pub fn run(data: &[u8]) {
    let file = std::env::temp_dir().join(format!("hejnal-fuzz-{}.yaml", std::process::id()));
    std::fs::write(&file, data).expect("a place to write");
    if let Err(problems) = load(&file) {
        assert!(!problems.is_empty(), "refused without a reason");
        problems.iter().for_each(|problem| drop(problem.to_string()));
    }
    std::fs::remove_file(&file).expect("written before");
}
