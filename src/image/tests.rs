//! Images made byte by byte, good and bad, and the writer that makes them.

use super::*;

/// Tag_CPU_arch values.
pub(crate) const V6S_M: u8 = 12;
pub(crate) const V7_M: u8 = 10;

/// A linked ARM program: one segment at `address`, and build attributes that name the core.
pub(crate) fn elf(address: u32, code: &[u8], arch: u8) -> Vec<u8> {
    let attributes = attributes(arch);
    let (code_at, attributes_at) = (84u32, 84 + code.len() as u32);
    let sections_at = attributes_at + attributes.len() as u32;
    let mut file = vec![0x7f, b'E', b'L', b'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let halves = |file: &mut Vec<u8>, values: &[u16]| file.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    let words = |file: &mut Vec<u8>, values: &[u32]| file.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    halves(&mut file, &[2, 40]);
    words(&mut file, &[1, address + 0xc1, 52, sections_at, 0x0500_0200]);
    halves(&mut file, &[52, 32, 1, 40, 2, 0]);
    let length = code.len() as u32;
    words(&mut file, &[1, code_at, address, address, length, length, 5, 4]);
    file.extend(code);
    file.extend(&attributes);
    words(&mut file, &[0; 10]);
    words(&mut file, &[0, 0x7000_0003, 0, 0, attributes_at, attributes.len() as u32, 0, 0, 1, 0]);
    file
}

/// CPU name, CPU_arch, and a text attribute before them to be skipped.
fn attributes(arch: u8) -> Vec<u8> {
    let mut tags = vec![67];
    tags.extend(b"2.09\0\x05cortex\0");
    tags.extend([6, arch, 7, b'M']);
    let mut file_scope = vec![1];
    file_scope.extend((tags.len() as u32 + 5).to_le_bytes());
    file_scope.extend(tags);
    let mut section = vec![b'A'];
    section.extend((file_scope.len() as u32 + 10).to_le_bytes());
    section.extend(b"aeabi\0");
    section.extend(file_scope);
    section
}

fn chip() -> Chip {
    let (flash, reserved) = (0x0800_0000..0x0802_0000, 0x0801_f800..0x0802_0000);
    Chip { name: "STM32F072CB".into(), core: Core::Armv6M, flash: vec![flash], reserved: vec![reserved] }
}

/// A vector table that starts behind itself, and the header record.
fn code(length: usize) -> Vec<u8> {
    let mut code = vec![0; length.max(0x140)];
    code[..8].copy_from_slice(&[0x00, 0x10, 0x00, 0x20, 0xc1, 0x00, 0x00, 0x08]);
    code[0x100..0x11f].copy_from_slice(b"HJFW1.4.2\0\0\0\0\0\0\x000a1b2c3dreferen");
    code[0x11f..0x121].copy_from_slice(b"ce");
    code
}

fn check(file: &[u8], expected: &[&str]) {
    let problems = inspect(file, &chip()).expect_err("unfit");
    let found: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found:?}");
    }
    assert!(problems.iter().all(|problem| !problem.remedy.is_empty()));
}

#[test]
fn a_good_image_says_what_it_is() {
    let image = inspect(&elf(0x0800_0000, &code(1000), V6S_M), &chip()).expect("fits");
    assert_eq!((image.size(), image.entry, image.core), (1000, 0x0800_00c1, Some(Core::Armv6M)));
    let header = image.header.expect("has a header");
    assert_eq!((&*header.version, &*header.build, &*header.variant), ("1.4.2", "0a1b2c3d", "reference"));
}

#[test]
fn an_image_for_another_place_starts_there_and_says_what_it_is() {
    let base: u32 = 0x0800_f800;
    let mut code = code(1000);
    code[4..8].copy_from_slice(&(base + 0xc1).to_le_bytes());
    let file = elf(base, &code, V6S_M);
    let image = inspect_at(&file, &chip(), base).expect("fits");
    assert_eq!((image.begins(), image.header.map(|header| header.version)), (Some(base), Some("1.4.2".into())));
    check(&file, &["no vector table at 0x08000000"]);
}

#[test]
fn gaps_between_segments_are_blank() {
    let segment = |address, bytes: &[u8]| Segment { address, bytes: bytes.to_vec() };
    let segments = vec![segment(0x104, &[3]), segment(0x100, &[1, 2])];
    let image = Image { segments, entry: 0, core: None, header: None };
    let far = Image { segments: vec![segment(0, &[1]), segment(0xffff_fff0, &[1])], ..image.clone() };
    assert_eq!(far.flat(), None, "no flash is that large");
    assert_eq!((image.begins(), image.flat()), (Some(0x100), Some(vec![1, 2, 0xff, 0xff, 3])));
}

#[test]
fn an_image_for_a_newer_core_is_refused() {
    check(&elf(0x0800_0000, &code(1000), V7_M), &["built for ARMv7-M, but the STM32F072CB is ARMv6-M"]);
}

#[test]
fn all_problems_come_at_once() {
    let far = elf(0x0900_0000, &code(1000), V7_M);
    check(&far, &["built for ARMv7-M", "not within the STM32F072CB's flash", "no vector table"]);
    check(&elf(0x0800_0000, &code(128 << 10), V6S_M), &["keeps its settings"]);
    check(&elf(0x0800_0000, &[0; 1000], V6S_M), &["no Thumb code"]);
}

#[test]
fn other_files_are_named_for_what_they_are() {
    check(b"not an ELF file", &["no ELF file"]);
    check(b"", &["no ELF file"]);
    let mut x86 = elf(0x0800_0000, &code(1000), V6S_M);
    x86[18] = 3;
    check(&x86, &["not for an ARM core"]);
    let mut wide = elf(0x0800_0000, &code(1000), V6S_M);
    wide[4] = 2;
    check(&wide, &["not a 32-bit program"]);
}

#[test]
fn a_file_cut_short_anywhere_is_refused_and_never_panics() {
    let whole = elf(0x0800_0000, &code(1000), V6S_M);
    for length in 0..whole.len() {
        assert!(inspect(&whole[..length], &chip()).is_err(), "{length} of {} bytes", whole.len());
    }
}

#[test]
fn damaged_bytes_never_panic() {
    let whole = elf(0x0800_0000, &code(1000), V6S_M);
    for at in (0..84).chain(1084..whole.len()) {
        for value in [0x00, 0x7f, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] = value;
            _ = inspect(&damaged, &chip());
        }
    }
}
