//! A firmware image as an ELF file: what it would write where, for which core it was built, and everything that is
//! wrong with it.
//!
//! Reads bytes only. Knows nothing of probes, and flashes nothing.

use crate::problem::Problem;
use crate::unit::both;
use object::Endianness;
use object::elf::{EM_ARM, ET_EXEC, FileHeader32, PT_LOAD, SHT_ARM_ATTRIBUTES};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader};
use std::fmt;
use std::ops::Range;

mod attributes;

/// The profile and generation of a microcontroller core, the older first: each executes what was built for the ones
/// before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Core {
    /// Cortex-M0, M0+, M1.
    Armv6M,
    /// Cortex-M3.
    Armv7M,
    /// Cortex-M4, M7.
    Armv7EM,
    /// Cortex-M33 and later.
    Armv8M,
}

impl fmt::Display for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Core::Armv6M => "ARMv6-M",
            Core::Armv7M => "ARMv7-M",
            Core::Armv7EM => "ARMv7E-M",
            Core::Armv8M => "ARMv8-M",
        })
    }
}

/// What an image has to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// As the probe's catalogue calls it, e.g. `STM32F072CB`.
    pub name: String,
    pub core: Core,
    pub flash: Vec<Range<u32>>,
    /// Parts of the flash an image must leave alone: the post keeps its settings there.
    pub reserved: Vec<Range<u32>>,
}

/// A piece of memory the image wants written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub address: u32,
    pub bytes: Vec<u8>,
}

impl Segment {
    fn range(&self) -> Range<u64> {
        let from = u64::from(self.address);
        from..from + self.bytes.len() as u64
    }
}

/// The record at a fixed place of the image that says which firmware it is (`fixtures/firmware/PROTOCOL.md`, section
/// 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub version: String,
    pub build: String,
    pub variant: String,
}

impl Header {
    /// How far behind an image's beginning the record stands.
    pub const OFFSET: u32 = 0x100;
    pub const BYTES: usize = 64;

    /// `None` if this is no such record.
    pub fn parse(record: &[u8]) -> Option<Header> {
        let record = record.get(..Self::BYTES)?;
        let (magic, rest) = record.split_at(4);
        let (version, rest) = rest.split_at(12);
        let (build, variant) = rest.split_at(8);
        let header = Header { version: text(version)?, build: text(build)?, variant: text(variant)? };
        (magic == b"HJFW").then_some(header)
    }
}

/// NUL-padded printable ASCII.
fn text(field: &[u8]) -> Option<String> {
    let end = field.iter().position(|b| *b == 0).unwrap_or(field.len());
    let (text, padding) = field.split_at(end);
    let clean = text.iter().all(u8::is_ascii_graphic) && padding.iter().all(|b| *b == 0);
    clean.then(|| String::from_utf8_lossy(text).into_owned())
}

/// An image that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pub segments: Vec<Segment>,
    pub entry: u32,
    /// As its build attributes say; `None` if it has none.
    pub core: Option<Core>,
    /// `None`: not a reference firmware.
    pub header: Option<Header>,
}

impl Image {
    /// Bytes to write.
    pub fn size(&self) -> usize {
        self.segments.iter().map(|s| s.bytes.len()).sum()
    }

    /// Its lowest address.
    pub fn begins(&self) -> Option<u32> {
        self.segments.iter().map(|segment| segment.address).min()
    }

    /// All that is to be written, from its beginning on, with blank memory in the gaps; `None`: nothing, or more than
    /// any microcontroller's flash holds.
    pub fn flat(&self) -> Option<Vec<u8>> {
        let begins = self.begins()?;
        let mut bytes = Vec::new();
        for segment in &self.segments {
            let from = (segment.address - begins) as usize;
            if from + segment.bytes.len() > LARGEST_FLASH {
                return None;
            }
            bytes.resize(bytes.len().max(from + segment.bytes.len()), BLANK);
            if let Some(place) = bytes.get_mut(from..from + segment.bytes.len()) {
                place.copy_from_slice(&segment.bytes);
            }
        }
        Some(bytes)
    }

    /// `length` bytes from `address` on, if a single segment holds them all.
    pub fn bytes_at(&self, address: u32, length: usize) -> Option<&[u8]> {
        self.segments.iter().find_map(|segment| {
            let offset = address.checked_sub(segment.address)? as usize;
            segment.bytes.get(offset..offset.checked_add(length)?)
        })
    }

    /// Where the image holds an instruction that jumps to itself (`B .`, encoding T2: DDI 0419, A6.7.10). Whatever the
    /// two bytes were meant as, a core that is led there stays there.
    pub fn endless_loop(&self) -> Option<u32> {
        self.segments.iter().find_map(|segment| {
            // Instructions stand at even addresses.
            let odd = (segment.address & 1) as usize;
            let halves = segment.bytes.get(odd..)?.chunks_exact(2);
            let at = halves.map(|half| half == [0xfe, 0xe7]).position(|found| found)?;
            segment.address.checked_add(u32::try_from(odd + 2 * at).ok()?)
        })
    }

    fn word_at(&self, address: u32) -> Option<u32> {
        self.bytes_at(address, 4)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }
}

/// As erased flash memory reads.
const BLANK: u8 = 0xff;
const LARGEST_FLASH: usize = 16 << 20;

const REBUILD: (&str, &str) =
    ("build the image for this chip, or choose the right file", "zbuduj obraz dla tego układu albo wskaż właściwy plik");
const COPY_AGAIN: (&str, &str) =
    ("copy the file again: it is cut short or damaged", "skopiuj plik ponownie: jest ucięty lub uszkodzony");

/// Reads an ELF file, whatever chip it is for. All problems are reported at once.
pub fn parse(elf: &[u8]) -> Result<Image, Vec<Problem>> {
    let mut problems = Vec::new();
    match read(elf, &mut problems) {
        Some(image) if problems.is_empty() => Ok(image),
        _ => Err(problems),
    }
}

/// Reads an ELF file and checks that `chip` can start from it. All problems are reported at once.
pub fn inspect(elf: &[u8], chip: &Chip) -> Result<Image, Vec<Problem>> {
    let base = chip.flash.iter().map(|range| range.start).min();
    inspect_from(elf, chip, base)
}

/// The same of an image that begins elsewhere in the flash, and that another one starts.
pub fn inspect_at(elf: &[u8], chip: &Chip, base: u32) -> Result<Image, Vec<Problem>> {
    inspect_from(elf, chip, Some(base))
}

fn inspect_from(elf: &[u8], chip: &Chip, base: Option<u32>) -> Result<Image, Vec<Problem>> {
    let mut problems = Vec::new();
    let Some(image) = read(elf, &mut problems) else {
        return Err(problems);
    };
    // Of a file that could not be read whole, what else seems wrong is a consequence.
    if !problems.is_empty() {
        return Err(problems);
    }
    check_core(&image, chip, &mut problems);
    check_segments(&image, chip, &mut problems);
    base.into_iter().for_each(|base| check_vectors(&image, base, &mut problems));
    if problems.is_empty() { Ok(image) } else { Err(problems) }
}

type Elf = FileHeader32<Endianness>;

fn unreadable(cause: (&str, &str), error: impl std::fmt::Display) -> Problem {
    Problem::new(cause, COPY_AGAIN).with_detail(error)
}

/// `None` if nothing can be made of the file.
fn read(elf: &[u8], problems: &mut Vec<Problem>) -> Option<Image> {
    if !elf.starts_with(&object::elf::ELFMAG) {
        problems.push(Problem::new(
            ("this is no ELF file", "to nie jest plik ELF"),
            (
                "give the .elf file that the build makes, not a .bin or .hex",
                "podaj plik .elf utworzony przy budowaniu, a nie .bin ani .hex",
            ),
        ));
        return None;
    }
    if elf.get(4) != Some(&object::elf::ELFCLASS32) {
        problems.push(Problem::new(("this is not a 32-bit program", "to nie jest program 32-bitowy"), REBUILD));
        return None;
    }
    let header = match Elf::parse(elf) {
        Ok(header) => header,
        Err(error) => {
            problems.push(unreadable(("the file's header cannot be read", "nie można odczytać nagłówka pliku"), error));
            return None;
        }
    };
    let endian = header.endian().unwrap_or(Endianness::Little);
    if header.e_machine(endian) != EM_ARM {
        problems.push(Problem::new(
            ("this program is not for an ARM core", "ten program nie jest przeznaczony dla rdzenia ARM"),
            REBUILD,
        ));
    }
    if header.is_big_endian() {
        problems.push(Problem::new(
            ("this program is for a big-endian core", "ten program jest przeznaczony dla rdzenia big-endian"),
            REBUILD,
        ));
    }
    if header.e_type(endian) != ET_EXEC {
        problems.push(Problem::new(
            ("this file is not a linked program", "ten plik nie jest programem po konsolidacji"),
            (
                "give the linked program, not an object file or library",
                "podaj program po konsolidacji, a nie plik obiektowy ani bibliotekę",
            ),
        ));
    }
    let segments = read_segments(header, endian, elf, problems);
    let core = read_core(header, endian, elf, problems);
    let mut image = Image { segments, entry: header.e_entry(endian), core, header: None };
    let header = image.begins().and_then(|begins| image.bytes_at(begins.checked_add(Header::OFFSET)?, Header::BYTES));
    image.header = header.and_then(Header::parse);
    Some(image)
}

fn read_segments(header: &Elf, endian: Endianness, elf: &[u8], problems: &mut Vec<Problem>) -> Vec<Segment> {
    let headers = header.program_headers(endian, elf).unwrap_or_else(|error| {
        problems.push(unreadable(("the table of segments cannot be read", "nie można odczytać tablicy segmentów"), error));
        &[]
    });
    let mut segments = Vec::new();
    for segment in headers.iter().filter(|s| s.p_type(endian) == PT_LOAD && s.p_filesz(endian) > 0) {
        let address = segment.p_paddr(endian);
        match segment.data(endian, elf) {
            Ok(bytes) => segments.push(Segment { address, bytes: bytes.to_vec() }),
            Err(()) => problems.push(Problem::new(
                both!(
                    "the file ends before the contents of the segment at {address:#010x}",
                    "plik kończy się przed zawartością segmentu o adresie {address:#010x}"
                ),
                COPY_AGAIN,
            )),
        }
    }
    segments
}

fn read_core(header: &Elf, endian: Endianness, elf: &[u8], problems: &mut Vec<Problem>) -> Option<Core> {
    let sections = match header.section_headers(endian, elf) {
        Ok(sections) => sections,
        Err(error) => {
            problems.push(unreadable(("the table of sections cannot be read", "nie można odczytać tablicy sekcji"), error));
            return None;
        }
    };
    let section = sections.iter().find(|s| s.sh_type(endian) == SHT_ARM_ATTRIBUTES)?;
    match section.data(endian, elf) {
        Ok(data) => attributes::core(data),
        Err(error) => {
            problems.push(unreadable(("the build attributes cannot be read", "nie można odczytać atrybutów budowania"), error));
            None
        }
    }
}

/// A core executes what was built for an older one. probe-rs itself cannot tell them apart: it would flash, and the
/// post would lock up.
fn check_core(image: &Image, chip: &Chip, problems: &mut Vec<Problem>) {
    if let Some(core) = image.core.filter(|core| *core > chip.core) {
        let cause = both!(
            "the image was built for {core}, but the {} is {}",
            "obraz zbudowano dla {core}, a {} to {}",
            chip.name,
            chip.core
        );
        problems.push(Problem::new(cause, REBUILD));
    }
}

fn check_segments(image: &Image, chip: &Chip, problems: &mut Vec<Problem>) {
    if image.segments.is_empty() {
        problems.push(Problem::new(("there is nothing in the file to write", "w pliku nie ma nic do zapisania"), REBUILD));
    }
    let widen = |r: &Range<u32>| u64::from(r.start)..u64::from(r.end);
    for segment in &image.segments {
        let (range, flash) = (segment.range(), chip.flash.iter().map(widen));
        let (first, last) = (range.start, range.end - 1);
        if !flash.into_iter().any(|f| f.start <= range.start && range.end <= f.end) {
            let cause = both!(
                "the image writes {first:#010x} to {last:#010x}, which is not within the {}'s flash",
                "obraz zapisuje adresy od {first:#010x} do {last:#010x}, które leżą poza pamięcią flash układu {}",
                chip.name
            );
            problems.push(Problem::new(cause, REBUILD));
        }
        if chip.reserved.iter().map(widen).any(|r| r.start < range.end && range.start < r.end) {
            let cause = both!(
                "the image writes {first:#010x} to {last:#010x}, where the post keeps its settings",
                "obraz zapisuje adresy od {first:#010x} do {last:#010x}, gdzie punkt przechowuje ustawienia"
            );
            let remedy = (
                "link the image so that it leaves the settings page alone",
                "skonsoliduj obraz tak, aby nie zajmował strony ustawień",
            );
            problems.push(Problem::new(cause, remedy));
        }
    }
    let mut ranges: Vec<_> = image.segments.iter().map(Segment::range).collect();
    ranges.sort_by_key(|r| r.start);
    if ranges.windows(2).any(|pair| matches!(pair, [a, b] if a.end > b.start)) {
        problems.push(Problem::new(("two segments of the image overlap", "dwa segmenty obrazu nakładają się"), REBUILD));
    }
}

/// An image starts from its first two words: initial stack pointer and entry.
fn check_vectors(image: &Image, base: u32, problems: &mut Vec<Problem>) {
    let (Some(_stack), Some(entry)) = (image.word_at(base), image.word_at(base.saturating_add(4))) else {
        let cause =
            both!("the image has no vector table at {base:#010x}", "obraz nie ma tablicy wektorów pod adresem {base:#010x}");
        problems.push(Problem::new(cause, REBUILD));
        return;
    };
    if entry & 1 == 0 || image.bytes_at(entry & !1, 2).is_none() {
        let cause = both!(
            "the image starts at {entry:#010x}, where it has no Thumb code",
            "obraz zaczyna działanie pod adresem {entry:#010x}, gdzie nie ma kodu Thumb"
        );
        problems.push(Problem::new(cause, REBUILD));
    }
}

#[cfg(test)]
pub(crate) mod tests;
