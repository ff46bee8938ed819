//! The main job from inside: every scenario of the virtual rig, in both languages.

use hejnal::bench::{Opening, open};
use hejnal::rig;
use hejnal::steps::TABLES;
use hejnal::suite::{Book, Needs, OnBench, Options, TagExpression, lint, run, select};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[test]
fn probe_main_job() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lang = std::env::var("HL").unwrap_or("en".into());
    let mut rig = rig::load(&root.join("rigs/virtual.yaml")).unwrap();
    if let Ok(d) = std::env::var("DEFECT") { rig.twin.as_mut().unwrap().defects = vec![d]; }
    let rig = Arc::new(rig);
    let book = Book::new(TABLES).unwrap();
    let files = select::feature_files(&[root.join("features").join(lang)]).unwrap();
    let roles: Vec<_> = rig::Role::ALL.iter().copied().filter(|r| rig.has(*r)).collect();
    let features = lint::load(&files, &book, &Needs::default()).unwrap_or_else(|p| panic!("{}", p.iter().map(|p| p.to_string()).collect::<Vec<_>>().join("\n")));
    let tags = std::env::var("TAGS").unwrap_or("not @long".into());
    let chosen = select::select(features, Some(&TagExpression::parse(&tags).unwrap()));
    let folder = PathBuf::from("/tmp/run").join(std::process::id().to_string());
    let seed = std::env::var("SEED").map(|s| s.parse().unwrap()).unwrap_or(1);
    let watch = hejnal::clock::Stopwatch::start();
    let bench = open(Opening { rig, seed, folder: folder.clone(), onlooker: Box::new(|e| println!("{:>10.4} {:?}", e.at.as_secs_f64(), e.event)) }).unwrap();
    let clock = bench.shared_clock();
    let mut stage = OnBench::new(bench, seed, folder);
    let finished = run(&mut stage, &book, chosen.features, Options::default());
    println!("{finished:?}\nvirtual {} wall {:?}", clock.now(), watch.elapsed());
    let _ = roles;
}
