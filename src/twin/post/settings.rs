//! The settings page in the post's flash, as the factory leaves it: mark, identity, checksum.

/// Where the page lies in flash, from its first byte.
const SETTINGS: usize = 0x1_F800;

/// Writes the settings page: mark, identity, checksum.
pub(in crate::twin) fn plant(flash: &mut [u8], identity: &str) {
    let mut page = [0u8; 24];
    page[..4].copy_from_slice(b"HJC1");
    page[4..20].iter_mut().zip(identity.bytes()).for_each(|(cell, byte)| *cell = byte);
    let sum = crc32(&page[..20]);
    page[20..].copy_from_slice(&sum.to_le_bytes());
    if let Some(cells) = flash.get_mut(SETTINGS..SETTINGS + page.len()) {
        cells.copy_from_slice(&page);
    }
}

/// CRC-32 of IEEE 802.3, bit by bit: it is used once.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}
