//! `hejnal explore` from outside: a planted defect is found, made small, and written down as a feature that fails again; a sound post lives.
//! Must not know how a life is drawn.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs, process};

type Error = Box<dyn std::error::Error>;

/// A directory of its own, gone at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Result<Self, Error> {
        let path = env::temp_dir().join(format!("hejnal-{name}-{}", process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

fn hejnal(arguments: &[&str]) -> Result<Output, Error> {
    Ok(Command::new(env!("CARGO_BIN_EXE_hejnal")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output()?)
}

/// The rig of a virtual post with this defect.
fn rig(folder: &Path, defect: &str) -> Result<PathBuf, Error> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(home.join("rigs/virtual.yaml"))?;
    let firmware = format!("file: {}/fixtures", home.display());
    let text = text.replace("file: ../fixtures", &firmware).replace("defects: []", &format!("defects: [ {defect} ]"));
    let path = folder.join("rig.yaml");
    fs::write(&path, text)?;
    Ok(path)
}

#[test]
fn a_defect_is_found_and_its_smallest_life_fails_again_in_both_languages() -> Result<(), Error> {
    let scratch = Scratch::new("explore-defect")?;
    let out = scratch.0.join("out");
    let defect = "press-long-is-two";
    let found =
        hejnal(&["explore", "--defect", defect, "--lives", "3", "--seed", "3", "--lang", "en", "--out", &out.to_string_lossy()])?;
    let told = String::from_utf8(found.stdout)?;
    assert_eq!(found.status.code(), Some(1), "{told}{}", String::from_utf8_lossy(&found.stderr));
    let folder =
        fs::read_dir(&out)?.filter_map(Result::ok).map(|entry| entry.path()).find(|path| path.join("life.en.feature").exists());
    let folder = folder.ok_or("no feature was written")?;
    let rig = rig(&scratch.0, defect)?.to_string_lossy().into_owned();
    let feature = fs::read_to_string(folder.join("life.en.feature"))?;
    let seed = feature.split("--seed ").nth(1).and_then(|rest| rest.split(' ').next()).ok_or("no seed")?.to_string();
    for lang in ["en", "pl"] {
        let feature = folder.join(format!("life.{lang}.feature")).to_string_lossy().into_owned();
        let again = scratch.0.join(lang).to_string_lossy().into_owned();
        let run = hejnal(&["run", &feature, "--rig", &rig, "--seed", &seed, "--lang", lang, "--out", &again])?;
        let said = String::from_utf8(run.stdout)?;
        assert_eq!(run.status.code(), Some(1), "{said}{}", String::from_utf8_lossy(&run.stderr));
        let key = folder.file_name().map(|name| name.to_string_lossy().to_uppercase()).ok_or("no name")?;
        // `LIFE-1-T32.WATCH.…`: the number of the life, then the figure's key.
        let requirement = key.split('.').next().and_then(|head| head.rsplit('-').next()).unwrap_or_default().to_string();
        assert!(said.contains(&requirement), "{requirement} in {said}");
    }
    Ok(())
}

#[test]
fn a_sound_post_lives_and_the_same_seed_gives_the_same_lives() -> Result<(), Error> {
    let scratch = Scratch::new("explore-sound")?;
    let lives = |name: &str| -> Result<String, Error> {
        let out = scratch.0.join(name);
        let done = hejnal(&["explore", "--lives", "2", "--seed", "5", "--lang", "pl", "--out", &out.to_string_lossy()])?;
        let told = String::from_utf8(done.stdout)?;
        assert_eq!(done.status.code(), Some(0), "{told}{}", String::from_utf8_lossy(&done.stderr));
        // How fast it was differs.
        Ok(told.split(" godz.").next().unwrap_or_default().to_string())
    };
    let first = lives("one")?;
    assert!(first.starts_with("przebiegi: 2, "), "{first}");
    assert_eq!(first, lives("two")?);
    Ok(())
}

#[test]
fn what_cannot_be_explored_is_refused() -> Result<(), Error> {
    let check = |arguments: &[&str], says: &str| -> Result<(), Error> {
        let output = hejnal(&[&["explore", "--lang", "en"], arguments].concat())?;
        let said = String::from_utf8(output.stderr)?;
        assert_eq!((output.status.code(), said.contains(says)), (Some(2), true), "{said}");
        Ok(())
    };
    check(&["--defect", "lamp-lat"], "there is no defect lamp-lat")?;
    check(&["--time", "soon"], "is not a duration")
}
