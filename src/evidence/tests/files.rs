//! What is done to files of a run, and how each is named.

use super::*;

pub(super) type Meddling = (&'static str, fn(&Path), Kind, bool);

/// What was done to files, how it is named, and whether that takes a seal.
pub(super) const FILES: &[Meddling] = &[
    (
        "two recordings swapped",
        |run| {
            let [one, two] = ["audio/S02-r1-a1-ear.wav", "audio/S02-r1-a1-operator.wav"].map(|file| run.join(file));
            let (a, b) = (std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap());
            std::fs::write(one, b).unwrap();
            std::fs::write(two, a).unwrap();
        },
        Kind::Changed,
        false,
    ),
    (
        "a recording's last byte",
        |run| meddle(&run.join("audio/S02-r1-a1-ear.wav"), |bytes| *bytes.last_mut().unwrap() ^= 1),
        Kind::Changed,
        false,
    ),
    (
        "a recording's first byte",
        |run| meddle(&run.join("audio/S02-r1-a1-ear.wav"), |bytes| bytes[0] ^= 0x80),
        Kind::Changed,
        false,
    ),
    ("a recording cut", |run| meddle(&run.join("audio/S02-r1-a1-ear.wav"), |bytes| _ = bytes.pop()), Kind::Changed, false),
    ("a recording lengthened", |run| meddle(&run.join("audio/S02-r1-a1-ear.wav"), |bytes| bytes.push(0)), Kind::Changed, false),
    ("a recording emptied", |run| meddle(&run.join("audio/S02-r1-a1-ear.wav"), Vec::clear), Kind::Changed, false),
    ("a recording removed", |run| std::fs::remove_file(run.join("audio/S02-r1-a1-ear.wav")).unwrap(), Kind::Missing, false),
    ("all recordings removed", |run| std::fs::remove_dir_all(run.join("audio")).unwrap(), Kind::Missing, false),
    (
        "a recording renamed",
        |run| std::fs::rename(run.join("audio/S02-r1-a1-ear.wav"), run.join("audio/ear.wav")).unwrap(),
        Kind::Added,
        false,
    ),
    ("a recording added", |run| std::fs::write(run.join("audio/S02-r2-a1-ear.wav"), "RIFF").unwrap(), Kind::Added, false),
    ("a file added", |run| std::fs::write(run.join("protocol.pdf"), "%PDF").unwrap(), Kind::Added, false),
    (
        "a folder added",
        |run| {
            std::fs::create_dir(run.join("more")).unwrap();
            std::fs::write(run.join("more/x"), "").unwrap();
        },
        Kind::Added,
        false,
    ),
    (
        "a recording's place taken by a folder",
        |run| {
            std::fs::remove_file(run.join("audio/S02-r1-a1-ear.wav")).unwrap();
            std::fs::create_dir(run.join("audio/S02-r1-a1-ear.wav")).unwrap();
        },
        Kind::Changed,
        false,
    ),
    #[cfg(unix)]
    (
        "a recording's place taken by a link to it",
        |run| {
            let file = run.join("audio/S02-r1-a1-ear.wav");
            let elsewhere = run.with_extension("ear");
            std::fs::rename(&file, &elsewhere).unwrap();
            std::os::unix::fs::symlink(elsewhere, file).unwrap();
        },
        Kind::Changed,
        false,
    ),
    (
        "a report that says something else",
        |run| {
            let path = run.join("junit.xml");
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(path, text.replace("failures=\"1\"", "failures=\"0\"")).unwrap();
        },
        Kind::Report,
        false,
    ),
    ("a report cut", |run| meddle(&run.join("junit.xml"), |bytes| bytes.truncate(bytes.len() / 2)), Kind::Report, false),
    ("a report removed", |run| std::fs::remove_file(run.join("junit.xml")).unwrap(), Kind::Missing, true),
    ("the date", |run| meddle_text(run, "1783087509", "1783173909"), Kind::Changed, true),
    (
        "the last line's words",
        |run| {
            meddle_text(run, "report it and attach the journal\",\"pl\":\"to b", "report it and attach nothing\",\"pl\":\"to b")
        },
        Kind::Changed,
        true,
    ),
    ("the list", |run| meddle(&run.join(LIST_FILE), |bytes| bytes[20] ^= 1), Kind::Seal, true),
    (
        "a line of the list",
        |run| {
            meddle(&run.join(LIST_FILE), |bytes| {
                let text = String::from_utf8(bytes.clone()).unwrap();
                *bytes = text
                    .lines()
                    .filter(|line| !line.ends_with("ear.wav"))
                    .map(|line| format!("{line}\n"))
                    .collect::<String>()
                    .into_bytes();
            })
        },
        Kind::Seal,
        true,
    ),
    (
        "the moment in the list",
        |run| {
            meddle(&run.join(LIST_FILE), |bytes| {
                *bytes = String::from_utf8(bytes.clone()).unwrap().replace("# sealed 2026", "# sealed 2025").into_bytes();
            })
        },
        Kind::Seal,
        true,
    ),
    (
        "the comment that is signed",
        |run| {
            meddle(&run.join(SIGNATURE_FILE), |bytes| {
                *bytes = String::from_utf8(bytes.clone()).unwrap().replace("seal, 2026", "seal, 2025").into_bytes();
            })
        },
        Kind::Seal,
        true,
    ),
    ("the signature removed", |run| std::fs::remove_file(run.join(SIGNATURE_FILE)).unwrap(), Kind::Seal, true),
    ("the list removed", |run| std::fs::remove_file(run.join(LIST_FILE)).unwrap(), Kind::Seal, true),
    (
        "the seal removed",
        |run| [LIST_FILE, SIGNATURE_FILE].iter().for_each(|file| std::fs::remove_file(run.join(file)).unwrap()),
        Kind::Seal,
        true,
    ),
    (
        "a seal of another key",
        |run| {
            [LIST_FILE, SIGNATURE_FILE].iter().for_each(|file| std::fs::remove_file(run.join(file)).unwrap());
            seal(run, &examine(run, None).unwrap(), &SecretKey::new().unwrap(), 1_783_100_000).unwrap();
        },
        Kind::Seal,
        true,
    ),
    (
        "the seal of another run",
        |run| {
            let other = tempfile::tempdir().unwrap();
            write_run(other.path(), |all| all[3].at = Instant::from_nanos(9));
            let journal = std::fs::read(other.path().join(FILE_NAME)).unwrap();
            std::fs::write(run.join(FILE_NAME), journal).unwrap();
        },
        Kind::Seal,
        true,
    ),
];

fn meddle(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

fn meddle_text(run: &Path, from: &str, to: &str) {
    let path = run.join(FILE_NAME);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}
