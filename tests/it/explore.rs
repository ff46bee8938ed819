//! `hejnal explore` from outside: a planted defect is found, made small, and written down as a feature that fails
//! again; a sound post lives. Must not know how a life is drawn.

use crate::program::{Scratch, say};
use std::fs;

type Error = Box<dyn std::error::Error>;

#[test]
fn a_defect_is_found_and_its_smallest_life_fails_again_in_both_languages() -> Result<(), Error> {
    let scratch = Scratch::new();
    let out = scratch.path().join("out");
    let defect = "press-long-is-two";
    let found =
        say(["explore", "--defect", defect, "--lives", "3", "--seed", "3", "--lang", "en", "--out", &out.to_string_lossy()]);
    assert_eq!(found.code, Some(1), "{found:?}");
    let folder =
        fs::read_dir(&out)?.filter_map(Result::ok).map(|entry| entry.path()).find(|path| path.join("life.en.feature").exists());
    let folder = folder.ok_or("no feature was written")?;
    let rig = scratch.rig("defects: []", &format!("defects: [ {defect} ]")).to_string_lossy().into_owned();
    let feature = fs::read_to_string(folder.join("life.en.feature"))?;
    let seed = feature.split("--seed ").nth(1).and_then(|rest| rest.split_whitespace().next()).ok_or("no seed")?.to_string();
    // `LIFE-1-T32.WATCH.…`: the number of the life, then the figure's key.
    let name = folder.file_name().map(|name| name.to_string_lossy().to_uppercase()).ok_or("no name")?;
    let requirement = name.split('.').next().and_then(|head| head.rsplit('-').next()).unwrap_or_default();
    assert!(requirement.starts_with('T'), "{name}");
    for lang in ["en", "pl"] {
        let feature = folder.join(format!("life.{lang}.feature")).to_string_lossy().into_owned();
        let again = scratch.path().join(lang).to_string_lossy().into_owned();
        let run = say(["run", &feature, "--rig", &rig, "--seed", &seed, "--lang", lang, "--out", &again]);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.out.contains(requirement), "{requirement} in {run:?}");
    }
    Ok(())
}

#[test]
fn a_sound_post_lives_and_the_same_seed_gives_the_same_lives() {
    let scratch = Scratch::new();
    let lives = |name: &str| {
        let out = scratch.path().join(name);
        let done = say(["explore", "--lives", "2", "--seed", "5", "--lang", "pl", "--out", &out.to_string_lossy()]);
        assert_eq!(done.code, Some(0), "{done:?}");
        // How fast it was differs.
        done.out.split(" godz.").next().unwrap_or_default().to_string()
    };
    let first = lives("one");
    assert!(first.starts_with("przebiegi: 2, "), "{first}");
    assert_eq!(first, lives("two"));
}

#[test]
fn what_cannot_be_explored_is_refused() {
    let check = |option: &str, value: &str, says: &str| {
        let said = say(["explore", "--lang", "en", option, value]);
        assert_eq!((said.code, said.err.contains(says)), (Some(2), true), "{said:?}");
    };
    check("--defect", "lamp-lat", "there is no defect lamp-lat");
    check("--time", "soon", "is not a duration");
}
