//! The bodies of the coverage-guided fuzz targets (`tests/fuzz`), here with their seeds and seeded mutations of them:
//! so they are compiled and tried every day, and a find of the fuzzer's that is put among the seeds stays mended.

use super::mutate::Mutator;
use super::{LastWords, count};
use std::path::Path;

macro_rules! targets {
    ($($path:literal $name:ident $seeds:literal),* $(,)?) => {
        $(#[path = $path] mod $name;)*
        const TARGETS: &[(&str, fn(&[u8]), &str)] = &[$((stringify!($name), $name::run, $seeds)),*];
    };
}

targets! {
    "../../fuzz/targets/boards.rs" boards "tests/fuzz/seeds/boards",
    "../../fuzz/targets/desk.rs" desk "tests/fuzz/seeds/desk",
    "../../fuzz/targets/digest.rs" digest "tests/fuzz/seeds/digest",
    "../../fuzz/targets/framing.rs" framing "tests/fuzz/seeds/sip",
    "../../fuzz/targets/journal.rs" journal "tests/fuzz/seeds/journal",
    "../../fuzz/targets/message.rs" message "tests/fuzz/seeds/sip",
    "../../fuzz/targets/packet.rs" packet "tests/fuzz/seeds/packet",
    "../../fuzz/targets/rig.rs" rig "rigs",
    "../../fuzz/targets/sdp.rs" sdp "tests/fuzz/seeds/sdp",
    "../../fuzz/targets/secured.rs" secured "tests/fuzz/seeds/secured",
    "../../fuzz/targets/services.rs" services "tests/fuzz/seeds/services",
    "../../fuzz/targets/unit.rs" unit "tests/fuzz/seeds/unit",
    "../../fuzz/targets/voice.rs" voice "tests/fuzz/seeds/voice",
    "../../fuzz/targets/voice_message.rs" voice_message "tests/fuzz/seeds/sip",
    "../../fuzz/targets/wav.rs" wav "tests/fuzz/seeds/wav",
}

fn seeds(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(&folder).expect("a folder of seeds");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("readable").path()).filter(|path| path.is_file()).collect();
    // The order of a directory is the file system's own.
    files.sort();
    assert!(!files.is_empty(), "no seeds in {}", folder.display());
    files.iter().map(|file| std::fs::read(file).expect("readable")).collect()
}

#[test]
fn each_fuzz_target_survives_its_seeds_and_what_is_made_of_them() {
    let mutations = count(2000) / TARGETS.len();
    for (name, run, folder) in TARGETS {
        let (seeds, mut mutator) = (seeds(folder), Mutator::new(1));
        seeds.iter().for_each(|seed| run(seed));
        for _ in 0..mutations {
            let (one, other) = (mutator.below(seeds.len()), mutator.below(seeds.len()));
            let bad = mutator.bytes(&seeds[one], &seeds[other]);
            let _last = LastWords(&bad);
            run(&bad);
        }
        println!("{name}: {} seeds and {mutations} made of them", seeds.len());
    }
}

#[test]
fn each_target_of_the_fuzzer_is_tried_here() {
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/Cargo.toml")).expect("a file");
    let names: Vec<&str> =
        manifest.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/")?.strip_suffix(".rs\"")).collect();
    let tried: Vec<&str> = TARGETS.iter().map(|(name, _, _)| *name).collect();
    assert_eq!(names, tried);
}
