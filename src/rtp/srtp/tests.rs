//! Secure media against the standard's vectors, against another's implementation, and against whoever tampers with it.

use super::cipher::{Cipher, Labels};
use super::*;
use crate::rtp::packet::Packet;
use proptest::prelude::*;
use webrtc_srtp::context::Context;
use webrtc_srtp::protection_profile::ProtectionProfile;

const OURS: [u8; 30] = *b"our master key..and its salt..";
const THEIRS: [u8; 30] = *b"the other end's key and salt..";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|d| d as u8).collect();
    digits.chunks(2).map(|two| two[0] << 4 | two[1]).collect()
}
fn master(tag: Tag, key: [u8; 30]) -> Master {
    Master { tag, key }
}
/// Both ends of a call.
fn pair(tag: Tag) -> (Guard, Guard) {
    let (ours, theirs) = (master(tag, OURS), master(tag, THEIRS));
    (Guard::under(&ours, &theirs), Guard::under(&theirs, &ours))
}
fn media(sequence: u16) -> Vec<u8> {
    Packet { marker: false, payload_type: 8, sequence, timestamp: 160, ssrc: 0xcafe_babe, payload: &[0xd5; 160] }.bytes()
}
/// A receiver report without a report (RFC 3550, 6.4.2), and a goodbye.
fn control() -> Vec<u8> {
    hex("80c90001cafebabe 81cb0001cafebabe")
}

#[test]
fn the_key_stream_is_that_of_appendix_b_2() {
    let mut key = [0; 16];
    key.copy_from_slice(&hex("2B7E151628AED2A6ABF7158809CF4F3C"));
    let mut salt = [0; 14];
    salt.copy_from_slice(&hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"));
    let cipher = Cipher { key, salt, authentication: [0; 20] };
    let mut stream = vec![0; 16 * 0xff02];
    cipher.apply(0, 0, &mut stream);
    assert_eq!(
        stream[..48],
        hex("E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0")
    );
    assert_eq!(
        stream[16 * 0xfeff..],
        hex("EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44")
    );
}

#[test]
fn session_keys_are_those_of_appendix_b_3() {
    let mut key = [0; 30];
    key.copy_from_slice(&hex("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6"));
    let cipher = Cipher::derived(&key, Labels::MEDIA);
    assert_eq!(cipher.key[..], hex("C61E7A93744F39EE10734AFE3FF7A087"));
    assert_eq!(cipher.salt[..], hex("30CBBC08863D8C85D49DB34A9AE1"));
    assert_eq!(cipher.authentication[..], hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
}

fn check_tamper(tag: Tag, plain: &[u8], longer: usize) {
    let (mut us, mut them) = pair(tag);
    let sealed = us.seal(plain).expect("a packet");
    assert_eq!(sealed.len(), plain.len() + longer);
    for at in 0..sealed.len() {
        let mut bad = sealed.clone();
        bad[at] ^= 0x20;
        assert!(them.open(&bad).is_err(), "octet {at} of {tag:?}");
        assert!(them.open(&sealed[..at]).is_err(), "cut to {at}");
    }
    assert_eq!(them.open(&sealed).as_deref(), Ok(plain), "nothing of that has left a trace");
    assert_eq!(them.open(&sealed), Err(Flaw::Replayed));
    assert!(them.open(plain).is_err());
    let counts = them.counts();
    assert_eq!((counts.opened, counts.replayed), (1, 1));
}

#[test]
fn what_was_tampered_with_replayed_or_never_sealed_is_not_opened() {
    check_tamper(Tag::Bits80, &media(7), 10);
    check_tamper(Tag::Bits32, &media(7), 4);
    check_tamper(Tag::Bits80, &control(), 14);
    check_tamper(Tag::Bits32, &control(), 14);
}

#[test]
fn packets_out_of_order_are_opened_once_and_within_the_window() {
    let (mut us, mut them) = pair(Tag::Bits80);
    let sealed: Vec<Vec<u8>> = (0..200).map(|n| us.seal(&media(n)).expect("a packet")).collect();
    let mut check = |n: usize, expected: Result<(), Flaw>| assert_eq!(them.open(&sealed[n]).map(|_| ()), expected, "{n}");
    check(100, Ok(()));
    check(37, Ok(()));
    check(36, Err(Flaw::Replayed));
    check(37, Err(Flaw::Replayed));
    check(101, Ok(()));
    check(38, Ok(()));
    check(199, Ok(()));
    check(102, Err(Flaw::Replayed));
    check(198, Ok(()));
}

#[test]
fn the_rollover_counter_follows_two_wraps_with_loss_and_swaps() {
    let (mut us, mut them) = pair(Tag::Bits80);
    let mut sealed: Vec<Vec<u8>> =
        (0..140_000u32).map(|n| us.seal(&media(((n + 30_000) & 0xffff) as u16)).expect("a packet")).collect();
    // Around the first wrap two packets change places; a quarter of all is lost.
    sealed.swap(35_535, 35_536);
    for (n, bytes) in sealed.iter().enumerate().filter(|(n, _)| n % 4 != 3) {
        assert!(them.open(bytes).is_ok(), "packet {n}");
    }
    assert_eq!(them.open(&sealed[0]), Err(Flaw::Unauthentic), "its index is taken for that of a later round");
}

#[test]
fn the_same_keys_again_begin_nothing_anew() {
    let (mut us, mut them) = pair(Tag::Bits80);
    let (ours, theirs) = (master(Tag::Bits80, OURS), master(Tag::Bits80, THEIRS));
    let late = us.seal(&media(65_534)).expect("a packet");
    let last = us.seal(&media(65_535)).expect("a packet");
    assert!(them.open(&last).is_ok());
    us.renew(&ours, &theirs);
    them.renew(&theirs, &ours);
    let wrapped = us.seal(&media(0)).expect("a packet");
    assert!(them.open(&wrapped).is_ok() && them.open(&late).is_ok());
    assert_eq!(them.open(&last), Err(Flaw::Replayed));
}

#[test]
fn a_new_key_goes_on_or_begins_anew_and_what_was_under_way_still_comes_in() {
    let other = master(Tag::Bits32, *b"another key, after a re-INVITE");
    for begins_anew in [false, true] {
        let (mut us, mut them) = pair(Tag::Bits80);
        let theirs = master(Tag::Bits80, THEIRS);
        for sequence in [65_535, 0] {
            let sealed = us.seal(&media(sequence)).expect("a packet");
            assert!(them.open(&sealed).is_ok());
        }
        let under_way = us.seal(&media(1)).expect("a packet");
        them.renew(&theirs, &other);
        if begins_anew {
            us = Guard::under(&other, &theirs);
        } else {
            us.renew(&other, &theirs);
        }
        let first = us.seal(&media(2)).expect("a packet");
        assert_eq!(them.open(&first).as_deref(), Ok(&media(2)[..]), "anew: {begins_anew}");
        assert!(them.open(&under_way).is_ok());
    }
}

#[test]
fn strangers_without_the_key_take_no_room() {
    let (_, mut them) = pair(Tag::Bits80);
    let (mut us, _) = pair(Tag::Bits80);
    for ssrc in 0..1000u32 {
        let forged = [&[0x80, 8, 0, 1, 0, 0, 0, 0][..], &ssrc.to_be_bytes(), &[0; 170]].concat();
        assert_eq!(them.open(&forged), Err(Flaw::Unauthentic));
    }
    assert!(them.open.media.is_empty());
    assert!(us.seal(&media(60_000)).is_some_and(|sealed| them.open(&sealed).is_ok()));
}

/// Another's implementation, for one direction.
fn other(tag: Tag, key: &[u8; 30]) -> Context {
    let profile = match tag {
        Tag::Bits80 => ProtectionProfile::Aes128CmHmacSha1_80,
        Tag::Bits32 => ProtectionProfile::Aes128CmHmacSha1_32,
    };
    Context::new(&key[..16], &key[16..], profile, None, None).expect("a context")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn another_implementation_agrees(short: bool, key: [u8; 30], first in 0u16..30_000, step in 1u16..20_000, payload: Vec<u8>) {
        let tag = if short { Tag::Bits32 } else { Tag::Bits80 };
        let (mut us, mut into, mut out) = (Guard::under(&master(tag, key), &master(tag, key)), other(tag, &key), other(tag, &key));
        let mut sequence = first;
        for _ in 0..12 {
            let plain = Packet { marker: true, payload_type: 0, sequence, timestamp: 9, ssrc: 5, payload: &payload }.bytes();
            let sealed = us.seal(&plain).expect("a packet");
            prop_assert_eq!(&out.encrypt_rtp(&plain).expect("a packet")[..], &sealed[..]);
            prop_assert_eq!(&into.decrypt_rtp(&sealed).expect("authentic")[..], &plain[..]);
            prop_assert_eq!(us.open(&sealed), Ok(plain));
            let control = control();
            let sealed = us.seal(&control).expect("a packet");
            prop_assert_eq!(&out.encrypt_rtcp(&control).expect("a packet")[..], &sealed[..]);
            prop_assert_eq!(us.open(&sealed), Ok(control));
            sequence = sequence.wrapping_add(step);
        }
    }

    #[test]
    fn no_datagram_makes_it_panic(bytes: Vec<u8>, second: u8) {
        let (mut us, _) = pair(Tag::Bits80);
        let mut bytes = bytes;
        let _either = us.open(&bytes);
        if let [first, kind, ..] = &mut bytes[..] {
            (*first, *kind) = (*first & 0x3f | 0x80, second);
        }
        prop_assert!(us.open(&bytes).is_err());
        let _either = us.seal(&bytes);
    }
}

/// It reads as he wants it to wherever nobody looks at its seal, and nothing of ours is counted for it.
#[test]
fn a_flipped_packet_is_told_by_its_seal_alone() {
    for tag in [Tag::Bits80, Tag::Bits32] {
        let (mut ours, mut theirs) = pair(tag);
        let forged = ours.forge(&media(7)).expect("it can be flipped");
        assert_eq!(theirs.open(&forged), Err(Flaw::Unauthentic));
        let sealed = ours.seal(&media(7)).expect("it is media");
        let content = sealed.len() - tag.octets();
        assert!(forged[..content] == sealed[..content] && forged[content..] != sealed[content..]);
        assert_eq!(theirs.open(&sealed), Ok(media(7)));
    }
}
