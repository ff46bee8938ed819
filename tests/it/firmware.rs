//! The committed firmware images are what the committed sources make: hashes and header records always, a rebuild where
//! the tools are. Must not know what the firmware does.

use object::{Object, ObjectSection, ObjectSegment};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

type Error = Box<dyn std::error::Error>;

/// Where an image begins, and how far behind that its header record stands (PROTOCOL.md, sections 1 and 7).
const FIRST_SLOT: u64 = 0x0800_0000;
const SECOND_SLOT: u64 = 0x0800_F800;
const SLOT_BYTES: u64 = 62 * 1024;
const HEADER_AT: u64 = 0x100;

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/firmware")
}

struct Image {
    sha256: String,
    size: usize,
}

/// `elf/MANIFEST`, as `build.sh` writes it.
#[derive(Default)]
struct Manifest {
    sources: String,
    rustc: String,
    lld: String,
    toolchain: String,
    images: BTreeMap<String, Image>,
    /// For the second slot.
    trials: BTreeMap<String, Image>,
}

impl Manifest {
    fn read(path: &Path) -> Result<Self, Error> {
        let mut manifest = Self::default();
        for line in fs::read_to_string(path)?.lines().filter(|line| !line.starts_with('#')) {
            let (key, value) = line.split_once(' ').ok_or_else(|| format!("MANIFEST: {line:?}"))?;
            match key {
                "sources" => manifest.sources = value.into(),
                "rustc" => manifest.rustc = value.into(),
                "lld" => manifest.lld = value.into(),
                "toolchain" => manifest.toolchain = value.into(),
                "elf" | "trial" => {
                    let [name, sha256, size] = value.split(' ').collect::<Vec<_>>()[..] else {
                        return Err(format!("MANIFEST: {line:?}").into());
                    };
                    let of = if key == "elf" { &mut manifest.images } else { &mut manifest.trials };
                    of.insert(name.into(), Image { sha256: sha256.into(), size: size.parse()? });
                }
                _ => return Err(format!("MANIFEST: unknown key {key:?}").into()),
            }
        }
        Ok(manifest)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The source hash as README.md describes it, computed a second time and differently.
fn source_hash() -> Result<String, Error> {
    let scripts = ["memory.ld", "second.ld", "sections.ld"];
    let mut paths: Vec<String> = ["Cargo.toml", "build.rs"].into_iter().chain(scripts).map(String::from).collect();
    for entry in fs::read_dir(home().join("src"))? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("rs")) {
            let name = path.file_name().and_then(OsStr::to_str).ok_or("a source's name is not UTF-8")?;
            paths.push(format!("src/{name}"));
        }
    }
    paths.sort();
    let mut hash = Sha256::new();
    for path in paths {
        hash.update(path.as_bytes());
        hash.update([0]);
        hash.update(fs::read(home().join(path))?);
        hash.update([0]);
    }
    Ok(hex(&hash.finalize()))
}

/// Version, build hash and variant of an image's header record. `slot`: where the image begins.
fn header(elf: &[u8], slot: u64) -> Result<[String; 3], Error> {
    let file = object::File::parse(elf)?;
    let section = file.sections().find(|section| section.address() == slot + HEADER_AT);
    let section = section.ok_or("no section at the header's address")?;
    let record = section.data()?;
    if record.get(..4) != Some(b"HJFW") {
        return Err(format!("no header record: {record:02x?}").into());
    }
    let text = |from: usize, to: usize| -> Result<String, Error> {
        let field = record.get(from..to).ok_or("the header record is too short")?;
        Ok(String::from_utf8(field.to_vec())?.trim_end_matches('\0').to_owned())
    };
    Ok([text(4, 16)?, text(16, 24)?, text(24, 64)?])
}

#[test]
fn the_manifest_is_of_these_sources() -> Result<(), Error> {
    let manifest = Manifest::read(&home().join("elf/MANIFEST"))?;
    assert_eq!(source_hash()?, manifest.sources, "sources changed since the images were built: run build.sh");
    assert!(manifest.images.contains_key("reference"));
    Ok(())
}

#[test]
fn every_image_is_the_one_in_the_manifest() -> Result<(), Error> {
    let manifest = Manifest::read(&home().join("elf/MANIFEST"))?;
    let check = |file: &str, image: &Image, slot: u64| -> Result<[String; 2], Error> {
        let elf = fs::read(home().join(format!("elf/{file}.elf")))?;
        assert_eq!(elf.len(), image.size, "{file}");
        assert_eq!(hex(&Sha256::digest(&elf)), image.sha256, "{file}");
        let [version, build, variant] = header(&elf, slot).map_err(|e| format!("{file}: {e}"))?;
        assert_eq!(Some(build.as_str()), manifest.sources.get(..8), "{file}");
        Ok([version, variant])
    };
    for (name, image) in &manifest.images {
        assert_eq!(check(name, image, FIRST_SLOT)?, ["1.4.2", name]);
    }
    for (name, image) in &manifest.trials {
        let [version, _] = check(&format!("trial/{name}"), image, SECOND_SLOT)?;
        assert_eq!(version, "1.4.3", "{name}: nobody could tell it from what is in the first slot");
    }
    Ok(())
}

#[test]
fn every_image_is_in_the_manifest() -> Result<(), Error> {
    let manifest = Manifest::read(&home().join("elf/MANIFEST"))?;
    for (folder, named) in [("elf", manifest.images), ("elf/trial", manifest.trials)] {
        let mut found = Vec::new();
        for entry in fs::read_dir(home().join(folder))? {
            let path = entry?.path();
            if path.extension() == Some(OsStr::new("elf")) {
                found.extend(path.file_stem().and_then(OsStr::to_str).map(String::from));
            }
        }
        found.sort();
        assert_eq!(found, named.into_keys().collect::<Vec<_>>(), "{folder}");
    }
    Ok(())
}

/// Fits the chip: ARMv6-M code, in the flash that an image of its slot may use, with the pages of the trial record and
/// the settings left alone.
#[test]
fn every_image_fits_the_chip() -> Result<(), Error> {
    let manifest = Manifest::read(&home().join("elf/MANIFEST"))?;
    let first = manifest.images.keys().map(|name| (name.clone(), FIRST_SLOT));
    for (name, slot) in first.chain(manifest.trials.keys().map(|name| (format!("trial/{name}"), SECOND_SLOT))) {
        let elf = fs::read(home().join(format!("elf/{name}.elf")))?;
        let file = object::File::parse(&*elf)?;
        assert!(file.section_by_name(".ARM.attributes").is_some(), "{name}: nothing says which core it is for");
        for segment in file.segments() {
            let (from, length) = (segment.address(), segment.size());
            let flash = from >= slot && from + length <= slot + SLOT_BYTES;
            let ram = from >= 0x2000_0000 && from + length <= 0x2000_4000;
            assert!(flash || ram, "{name}: a segment at {from:#x}, {length} bytes");
        }
    }
    Ok(())
}

/// What the rebuild needs and does not find.
fn missing_tools(manifest: &Manifest) -> Option<String> {
    let debian = manifest.toolchain == "debian";
    let rustc = if debian { "/usr/bin/rustc" } else { "rustc" };
    let says = |arguments: &[&str]| -> Option<String> {
        let output = Command::new(rustc).args(arguments).output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(version) = says(&["--version"]) else { return Some(format!("no {rustc}")) };
    if version != manifest.rustc {
        return Some(format!("{rustc} is {version:?}, the images were built with {:?}", manifest.rustc));
    }
    let part = if debian { "lib/rustlib/src/rust/library/core" } else { "lib/rustlib/thumbv6m-none-eabi" };
    let sysroot = says(&["--print", "sysroot"])?;
    (!Path::new(&sysroot).join(part).exists()).then(|| format!("{sysroot} has no {part}"))
}

/// Rebuilt by the test. The others differ in constants only, and `build.sh` with `OUT` compares them all.
const REBUILT: [&str; 3] = ["reference", "button-no-debounce", "slow-but-legal"];
const REBUILT_TRIALS: [&str; 2] = ["sound", "never-registers"];

fn build(manifest: &Manifest, work: &Path) -> Result<Output, Error> {
    let mut build = Command::new("sh");
    build.arg(home().join("build.sh"));
    if manifest.toolchain == "debian" {
        build.arg("debian");
    }
    // Settings of the test's own cargo must not reach the other one.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let cargo = text.starts_with("CARGO") && text != "CARGO_HOME";
        if cargo || text.starts_with("RUST") && text != "RUSTUP_HOME" {
            build.env_remove(name);
        }
    }
    let build = build.env("OUT", work.join("elf")).env("WORK", work);
    Ok(build.env("VARIANTS", REBUILT.join(" ")).env("TRIALS", REBUILT_TRIALS.join(" ")).output()?)
}

#[test]
fn a_rebuild_gives_the_same_images() -> Result<(), Error> {
    let manifest = Manifest::read(&home().join("elf/MANIFEST"))?;
    if let Some(reason) = missing_tools(&manifest) {
        println!("skipped: {reason}");
        return Ok(());
    }
    // Kept between runs, so that `core` is built once.
    let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join("firmware");
    let output = build(&manifest, &work)?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        if ["no LLD found", "failed to download", "no matching package", "Could not resolve host"]
            .iter()
            .any(|lack| errors.contains(lack))
        {
            println!("skipped: the build lacks something this machine does not have: {errors}");
            return Ok(());
        }
        return Err(format!("build.sh: {errors}").into());
    }
    let rebuilt = Manifest::read(&work.join("elf/MANIFEST"))?;
    if rebuilt.lld != manifest.lld {
        println!("skipped: linked with {:?}, the images with {:?}", rebuilt.lld, manifest.lld);
        return Ok(());
    }
    assert_eq!(rebuilt.sources, manifest.sources);
    for name in REBUILT {
        let sha256 = |manifest: &Manifest| manifest.images.get(name).map(|image| image.sha256.clone());
        assert!(sha256(&manifest).is_some(), "{name}");
        assert_eq!(sha256(&rebuilt), sha256(&manifest), "{name}");
    }
    for name in REBUILT_TRIALS {
        let sha256 = |manifest: &Manifest| manifest.trials.get(name).map(|image| image.sha256.clone());
        assert!(sha256(&manifest).is_some(), "{name}");
        assert_eq!(sha256(&rebuilt), sha256(&manifest), "{name}");
    }
    Ok(())
}
