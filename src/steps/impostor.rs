//! Phrases about a server that is not who it says, and about sound without encryption.

use super::World;
use super::bound::requirement;
use super::phrase::{Args, Kind, Phrase, seconds};
use crate::post::{Certificate, Fault};
use crate::rig::Role::{FalseCertificates, Operator};

type Run = fn(&mut World, &Args) -> Result<(), Fault>;

/// The servers show this from now on.
const fn shows(en: &'static str, pl: &'static str, run: Run) -> Phrase<World> {
    Phrase { kind: Kind::When, en, pl, judges: None, needs: &[Operator, FalseCertificates], within: seconds(5), run }
}

pub const PHRASES: &[Phrase<World>] = &[
    shows(
        "the servers show a certificate of an unknown authority",
        "serwery przedstawiają certyfikat nieznanego urzędu certyfikacji",
        |w, _| w.post().show_certificate(Certificate::OtherAuthority),
    ),
    shows("the servers show the certificate of another server", "serwery przedstawiają certyfikat innego serwera", |w, _| {
        w.post().show_certificate(Certificate::OtherName)
    }),
    shows("the servers show an expired certificate", "serwery przedstawiają certyfikat, który stracił ważność", |w, _| {
        w.post().show_certificate(Certificate::Expired)
    }),
    shows(
        "the servers show a certificate that is not valid yet",
        "serwery przedstawiają certyfikat, który nie jest jeszcze ważny",
        |w, _| w.post().show_certificate(Certificate::NotYetValid),
    ),
    shows(
        "the servers show a certificate that is not for servers",
        "serwery przedstawiają certyfikat nieprzeznaczony dla serwerów",
        |w, _| w.post().show_certificate(Certificate::NotForServers),
    ),
    shows("the servers show their own certificate again", "serwery znów przedstawiają własny certyfikat", |w, _| {
        w.post().show_certificate(Certificate::Own)
    }),
    Phrase {
        kind: Kind::Then,
        en: "the post has accepted no false certificate [T40]",
        pl: "punkt nie uznał żadnego fałszywego certyfikatu [T40]",
        judges: requirement("T40"),
        needs: &[Operator, FalseCertificates],
        within: seconds(5),
        run: |w, _| w.post().nothing_entrusted(),
    },
    Phrase {
        kind: Kind::When,
        en: "the operator answers without encryption",
        pl: "operator odpowiada bez szyfrowania",
        judges: None,
        needs: &[Operator, FalseCertificates],
        within: seconds(5),
        run: |w, _| w.post().give_up_encryption(true),
    },
    Phrase {
        kind: Kind::When,
        en: "the operator answers with encryption again",
        pl: "operator znów odpowiada z szyfrowaniem",
        judges: None,
        needs: &[Operator, FalseCertificates],
        within: seconds(5),
        run: |w, _| w.post().give_up_encryption(false),
    },
    Phrase {
        kind: Kind::When,
        en: "the operator proposes to go on without encryption",
        pl: "operator proponuje dalszą rozmowę bez szyfrowania",
        judges: None,
        needs: &[Operator, FalseCertificates],
        within: seconds(10),
        run: |w, _| w.post().propose_plain_sound(),
    },
    Phrase {
        kind: Kind::Then,
        en: "no unencrypted sound has left the post [T40]",
        pl: "z punktu nie wyszedł żaden nieszyfrowany dźwięk [T40]",
        judges: requirement("T40"),
        needs: &[Operator, FalseCertificates],
        within: seconds(5),
        run: |w, _| w.post().no_plain_sound(),
    },
];
