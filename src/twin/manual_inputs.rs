//! A person before the post, and whatever lies beyond its line: what reaches the twin otherwise than through the
//! bench's instruments.
//!
//! Knows nothing of who that is: a test, or somebody at a keyboard. Every deed happens at its own moment of the twin's
//! time.

use super::Twin;
use crate::clock::Instant;
use crate::twin::kernel::world::{self, Event};
use crate::twin::street::hand::ManualAction;
use crate::twin::street::net::{Datagram, FarEnd};

/// Where the microcontroller sees the start of its flash.
const FLASH: u32 = 0x0800_0000;

impl Twin {
    /// Plans a deed. What lies in the past is done at once.
    pub fn plan(&self, at: Instant, deed: ManualAction) {
        let mut world = world::lock(&self.world);
        let at = at.as_nanos().max(world.now());
        world.queue.plan(at, Event::ManualAction(deed));
    }
    /// What a person sees of the lamps: call placed, connected, out of service.
    pub fn lamps(&self) -> [bool; 3] {
        world::lock(&self.world).contacts.lamps
    }
    /// Whether the button's contact is closed, by whomever.
    pub fn is_pressed(&self) -> bool {
        world::lock(&self.world).contacts.pressed.contains(&true)
    }
    /// Whether light passes the fibre, and whether the post's mains are on.
    pub fn is_fed(&self) -> (bool, bool) {
        let contacts = world::lock(&self.world).contacts;
        (!contacts.fibre.contains(&false), contacts.mains && contacts.street)
    }
    /// When something will happen that is known now: a datagram coming out of the line, a packet to be sent. `None`:
    /// nothing is known to come.
    pub fn next_due(&self) -> Option<Instant> {
        Some(world::lock(&self.world).next_due()).filter(|due| *due != u64::MAX).map(Instant::from_nanos)
    }
    /// Puts the post's voice out of service in good order, so that whoever it is registered with hears of it.
    pub fn take_leave(&self) {
        let mut world = world::lock(&self.world);
        let at = world.instant();
        world.voice.take_leave(at);
        world.voice_acted();
    }
    /// Whether all that takes has been answered.
    pub fn has_left(&self) -> bool {
        world::lock(&self.world).voice.has_left()
    }
    /// Datagrams of the post that have come out of a line that ends outside the simulation, in order.
    pub fn take_arrived(&self) -> Vec<Datagram> {
        match &mut world::lock(&self.world).far_end {
            FarEnd::Outside(arrived) => arrived.drain(..).collect(),
            FarEnd::Desk | FarEnd::Deaf => Vec::new(),
        }
    }
    /// Hands a datagram for the post to the line's far end now. It gets there if the line carries it.
    pub fn send_in(&self, datagram: Datagram) {
        world::lock(&self.world).outside_sends(datagram);
    }
    /// Sound before the post in place of the person's own from then on: the first of `samples` at `first` seconds, each
    /// `period` seconds after the one before.
    pub fn sound_before(&self, first: f64, period: f64, samples: &[f32]) {
        world::lock(&self.world).air.from_mouth(first, period, samples);
    }
    /// What the loudspeaker sounds at `first` seconds and every `period` seconds after, relative to its full scale.
    /// What lies ahead is not known yet.
    pub fn loudspeaker(&self, first: f64, period: f64, count: usize) -> Vec<f32> {
        let mut out = vec![0.0; count];
        world::lock(&self.world).air.of_speaker(first, period, &mut out);
        out
    }
    /// Puts a firmware image into flash as a factory would, and restarts the post.
    pub fn install(&self, image: &crate::image::Image) {
        for segment in &image.segments {
            if let Some(at) = segment.address.checked_sub(FLASH) {
                self.write_flash(at as usize, &segment.bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock as _;
    use crate::twin::{self, TwinConfig};
    use std::net::SocketAddr;
    use std::time::Duration;

    /// A post whose line ends outside and that calls without registering, booted.
    fn post() -> Twin {
        let mut config = TwinConfig::new(4, "SOS-1");
        config.line_ends_outside = true;
        config.voice.registers = false;
        config.voice.address = [192, 168, 7, 7].into();
        config.voice.server = SocketAddr::from(([192, 168, 7, 1], 5070));
        let twin = twin::build(config);
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/firmware/elf/reference.elf");
        let image = crate::image::parse(&std::fs::read(path).expect("an image")).expect("in order");
        twin.install(&image);
        wait(&twin, 6.0);
        twin
    }

    fn wait(twin: &Twin, seconds: f64) {
        twin.clock().wait(Duration::from_secs_f64(seconds)).expect("not interrupted");
    }

    fn press(twin: &Twin) {
        let now = twin.clock().now();
        twin.plan(now, ManualAction::Button(true));
        twin.plan(now + Duration::from_millis(150), ManualAction::Button(false));
        wait(twin, 1.0);
    }

    /// First lines of what has come out of the line, with where it was for.
    fn arrived(twin: &Twin) -> Vec<String> {
        let first = |d: &Datagram| String::from_utf8_lossy(&d.bytes).lines().next().unwrap_or_default().to_owned();
        twin.take_arrived().iter().map(|d| format!("{} > {} {}", d.from, d.to, first(d))).collect()
    }

    #[test]
    fn a_press_by_hand_calls_a_telephone_outside_without_registering() {
        let twin = post();
        assert_eq!((twin.lamps(), arrived(&twin)), ([false; 3], Vec::new()));
        press(&twin);
        let out = arrived(&twin);
        let invite = "192.168.7.7:5060 > 192.168.7.1:5070 INVITE sip:operator@192.168.7.1:5070 SIP/2.0";
        assert_eq!(out.first().map(String::as_str), Some(invite));
        assert_eq!(twin.lamps(), [true, false, false]);
    }

    #[test]
    fn a_post_that_is_put_out_of_service_ends_its_call() {
        let twin = post();
        press(&twin);
        let invite = twin.take_arrived().into_iter().next().expect("a call");
        let text = String::from_utf8_lossy(&invite.bytes).into_owned();
        let line = |name: &str| text.lines().find(|line| line.starts_with(name)).expect("a header").to_owned();
        let kept = ["Via", "From", "Call-ID", "CSeq"].map(|name| line(name) + "\r\n").concat();
        let sdp = "v=0\r\no=- 1 1 IN IP4 192.168.7.1\r\ns=-\r\nc=IN IP4 192.168.7.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
        let ok = format!(
            "SIP/2.0 200 OK\r\n{kept}{};tag=o\r\nContact: <sip:operator@192.168.7.1:5070>\r\nContent-Length: {}\r\n\r\n{sdp}",
            line("To"),
            sdp.len()
        );
        twin.send_in(Datagram { from: invite.to, to: invite.from, bytes: ok.into_bytes() });
        wait(&twin, 0.5);
        assert!(arrived(&twin).iter().any(|line| line.contains(" ACK ")) && twin.has_left());
        twin.take_leave();
        wait(&twin, 0.1);
        assert!(arrived(&twin).iter().any(|line| line.contains(" BYE ")) && !twin.has_left());
    }

    #[test]
    fn what_is_sent_in_is_answered_unless_the_fibre_is_pulled() {
        let twin = post();
        let (from, to) = (SocketAddr::from(([192, 168, 7, 1], 5070)), SocketAddr::from(([192, 168, 7, 7], 5060)));
        let ask = |to: SocketAddr| {
            let text = "OPTIONS sip:SOS-1@192.168.7.7 SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.7.1:5070;branch=z9hG4bK1\r\n\
                        From: <sip:a@b>;tag=1\r\nTo: <sip:SOS-1@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
            twin.send_in(Datagram { from, to, bytes: text.as_bytes().to_vec() });
            assert!(twin.next_due().is_some());
            wait(&twin, 0.1);
            arrived(&twin)
        };
        assert_eq!(ask(to), ["192.168.7.7:5060 > 192.168.7.1:5070 SIP/2.0 200 OK"]);
        assert_eq!(ask(SocketAddr::from(([192, 168, 7, 8], 5060))), [""; 0], "not for this post");
        twin.plan(twin.clock().now(), ManualAction::Fibre(false));
        wait(&twin, 0.1);
        assert_eq!((ask(to), twin.is_fed()), (Vec::new(), (false, true)));
        wait(&twin, 0.5);
        assert_eq!(twin.lamps(), [false, false, true]);
    }

    #[test]
    fn a_press_lasts_until_both_relay_and_finger_let_go() {
        let twin = post();
        let mut relays = twin.port("relays").expect("a line");
        twin.plan(twin.clock().now(), ManualAction::Button(true));
        relays.write(&[0xA0, 1, 1, 0xA2]).expect("written");
        wait(&twin, 0.1);
        twin.plan(twin.clock().now(), ManualAction::Button(false));
        wait(&twin, 0.1);
        assert!(twin.is_pressed());
        relays.write(&[0xA0, 1, 0, 0xA1]).expect("written");
        wait(&twin, 0.1);
        assert!(!twin.is_pressed());
    }

    #[test]
    fn without_mains_nothing_is_left_and_with_them_it_boots_again() {
        let twin = post();
        twin.plan(twin.clock().now(), ManualAction::Mains(false));
        wait(&twin, 0.5);
        assert_eq!((twin.is_fed(), twin.lamps()), ((true, false), [false; 3]));
        twin.plan(twin.clock().now(), ManualAction::Mains(true));
        wait(&twin, 1.0);
        assert_eq!(twin.lamps(), [false, false, true]);
        wait(&twin, 6.0);
        press(&twin);
        assert_eq!(arrived(&twin).len(), 1 + 1, "an INVITE, repeated after half a second");
    }
}
