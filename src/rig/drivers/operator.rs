//! An operator's entry of the `instruments:` section: where it listens, who may register, and how safe connections and
//! media are to be.

use super::super::capability::Capability;
use super::super::credentials::{self, Facts, Flaw};
use super::super::key::{Key, Kind, Presence, names};
use super::super::transport::{self, Transport};
use super::impostors::{self, IMPOSTORS};
use super::row::Driver;
use super::settings::{Settings, SipOperator, SipUser, Srtp, Tls};
use crate::clock::wall_clock;
use crate::problem::Problems;
use crate::unit::{Bilingual, Lang, both};
use crate::yaml::{Section, Word};
use std::net::SocketAddr;
use std::path::Path;

/// The City Guard's operator, played by the bench.
pub(in super::super) const SIP_OPERATOR: Driver = Driver {
    name: "sip-operator",
    what: ("a SIP operator", "operator SIP"),
    keys: &[LISTEN, BACKUP, STRANGER, REALM, USERS, TLS, SRTP],
    whole: &[Capability::Operator, Capability::FalseCertificates],
    is_prompt: true,
    read,
};

/// Its name in the virtual post.
const IN_TWIN: &str = "operator";
const SIP_PORT: u16 = 5060;
const TLS_PORT: u16 = 5061;

const LISTEN: Key = Key {
    name: "listen",
    example: "192.168.10.2:5060",
    about: (
        "This machine's address and port, which the post has as its server; or twin.",
        "Adres i port tego komputera, który punkt ma jako swój serwer; albo twin.",
    ),
    ..Key::TEXT
};
const BACKUP: Key = Key {
    name: "backup",
    presence: Presence::Optional,
    example: "192.168.10.2:5070",
    about: (
        "A second address, if the post is set to turn to one; or twin.",
        "Drugi adres, jeżeli punkt ma ustawiony serwer zapasowy; albo twin.",
    ),
    ..Key::TEXT
};
const STRANGER: Key = Key {
    name: "stranger",
    presence: Presence::Optional,
    example: "192.168.10.66:5066",
    about: (
        "An address that is not the operator's, from which a stranger calls the post; or twin.",
        "Adres inny niż adres operatora, spod którego do punktu dzwoni ktoś obcy; albo twin.",
    ),
    ..Key::TEXT
};
const REALM: Key = Key {
    name: "realm",
    example: "straz.miejska",
    about: ("What the post's password is for (RFC 3261, 22).", "Realm, do którego należy hasło punktu (RFC 3261, 22)."),
    ..Key::TEXT
};
const USERS: Key = Key {
    name: "users",
    kind: Kind::List(&USER),
    example: "[ { name: SOS-0417, password: secret } ]",
    about: ("The posts that may register.", "Punkty, które mogą się zarejestrować."),
    ..Key::TEXT
};
const USER: [Key; 2] = [
    Key {
        name: "name",
        example: "SOS-0417",
        about: ("The post's name at the server.", "Nazwa punktu na serwerze."),
        ..Key::TEXT
    },
    Key { name: "password", example: "secret", about: ("Its password.", "Hasło punktu."), ..Key::TEXT },
];
const SRTP: Key = Key {
    name: "srtp",
    kind: Kind::Choice(&["mandatory", "optional", "refused"]),
    presence: Presence::Usual("optional"),
    example: "mandatory",
    about: ("Whether voice must be encrypted.", "Czy głos musi być szyfrowany."),
    ..Key::TEXT
};
const TLS: Key = Key {
    name: "tls",
    kind: Kind::Section(&TLS_KEYS),
    presence: Presence::Optional,
    example: "{ listen: 192.168.10.2:5061, certificate: operator.pem, key: operator.key }",
    about: ("SIP over TLS beside UDP and TCP.", "SIP po TLS obok UDP i TCP."),
    ..Key::TEXT
};
const TLS_KEYS: [Key; 6] = [
    Key { name: "listen", example: "192.168.10.2:5061", about: ("Address and port.", "Adres i port."), ..Key::TEXT },
    Key {
        name: "certificate",
        example: "operator.pem",
        about: ("The certificate chain (PEM).", "Łańcuch certyfikatów (PEM)."),
        ..Key::TEXT
    },
    Key { name: "key", example: "operator.key", about: ("Its private key (PEM).", "Klucz prywatny (PEM)."), ..Key::TEXT },
    Key {
        name: "ca",
        presence: Presence::Optional,
        example: "posts-ca.pem",
        about: (
            "Who signs the posts' certificates; a post must then show one.",
            "Kto podpisuje certyfikaty punktów; punkt musi wtedy okazać swój.",
        ),
        ..Key::TEXT
    },
    IMPOSTORS,
    Key {
        name: "name",
        presence: Presence::Optional,
        example: "sos.example.org",
        about: ("What posts call, if not the address.", "Nazwa, pod którą dzwonią punkty, jeżeli nie adres."),
        ..Key::TEXT
    },
];

fn read(section: &Section<'_>, folder: &Path, problems: &mut Problems) -> Option<(Transport, Settings)> {
    let path = section.path(LISTEN.name);
    let listen = LISTEN.text(section, problems);
    let listen = listen.and_then(|word| transport::listen(word, &path, SIP_PORT, IN_TWIN, problems));
    let backup = beside(section, &BACKUP, listen.as_ref(), SECOND_SERVER, problems);
    let stranger = beside(section, &STRANGER, listen.as_ref(), A_STRANGER, problems);
    let realm = REALM.text(section, problems).map(|word| word.text.clone());
    let users = users(section, problems);
    let srtp = SRTP.choice(section, problems).map(|word| match word {
        "mandatory" => Srtp::Mandatory,
        "refused" => Srtp::Refused,
        _ => Srtp::Optional,
    });
    let mut tls_in_twin = false;
    let tls = match section.get(TLS.name) {
        Some(node) if listen.as_ref().is_some_and(Transport::is_twin) => {
            tls_in_twin = in_twin(&Section::open(node, &section.path(TLS.name), &[TLS_KEYS[0].name], problems)?, problems);
            None
        }
        Some(node) => {
            let opened = Section::open(node, &section.path(TLS.name), &names(&TLS_KEYS), problems);
            Some(opened.and_then(|opened| tls(&opened, folder, problems))?)
        }
        None => None,
    };
    let settings =
        SipOperator { backup: backup?, stranger: stranger?, realm: realm?, users: users?, tls, tls_in_twin, srtp: srtp? };
    Some((listen?, Settings::Operator(Box::new(settings))))
}

/// The virtual post's network has certificates of its own, true and false: there is nothing to name but itself.
fn in_twin(section: &Section<'_>, problems: &mut Problems) -> bool {
    let [listen, ..] = TLS_KEYS;
    let Some(word) = listen.text(section, problems) else { return false };
    if word.text != "twin" {
        let (path, text) = (section.path(listen.name), &word.text);
        let what = both!(
            "{path} is no address of the virtual post's network: \"{text}\"",
            "{path} nie jest adresem w sieci wirtualnego punktu: \"{text}\""
        );
        problems.add(word.at, what, ("write tls: { listen: twin }", "napisz tls: { listen: twin }"));
    }
    true
}

/// For whom another address is, in both languages, in the genitive.
const SECOND_SERVER: (&str, &str) = ("a second server", "drugiego serwera");
const A_STRANGER: (&str, &str) = ("a stranger", "kogoś obcego");

/// An address beside the main server's; the outer `None`: it cannot be read.
fn beside(
    section: &Section<'_>,
    key: &Key,
    main: Option<&Transport>,
    whose: (&str, &str),
    problems: &mut Problems,
) -> Option<Option<Transport>> {
    let Some(word) = key.text(section, problems) else { return section.get(key.name).is_none().then_some(None) };
    let found = match (&*word.text, main) {
        ("twin", None | Some(Transport::Twin { .. })) => {
            return Some(Some(Transport::Twin { name: IN_TWIN.to_string() }));
        }
        (_, Some(Transport::Twin { .. })) | ("twin", _) => None,
        (address, main) => address.parse::<SocketAddr>().ok().filter(|address| address.port() != 0 && !takes(main, *address)),
    };
    if let Some(listen) = found {
        return Some(Some(Transport::Network { listen }));
    }
    let (path, text, name) = (section.path(key.name), &word.text, key.name);
    let what = Bilingual::new(
        format!("{path} is no address for {}: \"{text}\"", whose.0),
        format!("{path} nie nadaje się na adres {}: \"{text}\"", whose.1),
    );
    let remedy = match main {
        Some(Transport::Twin { .. }) => Bilingual::new(
            format!("write {name}: twin, for it is in the virtual post's network"),
            format!("napisz {name}: twin, bo ten adres jest w sieci wirtualnego punktu"),
        ),
        _ => Bilingual::new(
            format!("write an address of this machine that `listen` does not take, a colon and a port, e.g. {}", key.example),
            format!("podaj adres tego komputera, którego nie zajmuje `listen`, dwukropek i port, np. {}", key.example),
        ),
    };
    problems.add(word.at, what, remedy);
    None
}

/// Whether the main server has an address already.
fn takes(main: Option<&Transport>, address: SocketAddr) -> bool {
    main.and_then(Transport::address)
        .is_some_and(|main| address.port() == main.port() && (address.ip() == main.ip() || main.ip().is_unspecified()))
}

/// Those who may register. A name given twice would make two posts look like one.
fn users(section: &Section<'_>, problems: &mut Problems) -> Option<Vec<SipUser>> {
    let [name, password] = &USER;
    section.need(USERS.name, &USERS.line(), problems)?;
    let path = section.path(USERS.name);
    let mut users: Vec<SipUser> = Vec::new();
    for node in section.list(USERS.name, &USERS.line(), problems)? {
        let Some(entry) = Section::open(node, &path, &names(&USER), problems) else { continue };
        let (name, password) = (name.text(&entry, problems), password.text(&entry, problems));
        let (Some(name), Some(password)) = (name, password) else { continue };
        if users.iter().any(|user| user.name == name.text) {
            let what = both!("{path} has \"{0}\" twice", "{path}: \"{0}\" jest dwa razy", name.text);
            problems.add(name.at, what, ("give every post a name of its own", "nadaj każdemu punktowi osobną nazwę"));
        }
        users.push(SipUser { name: name.text.clone(), password: password.text.clone() });
    }
    Some(users)
}

/// Every file is read and held against the others; each flaw stands at the key that names the file.
fn tls(section: &Section<'_>, folder: &Path, problems: &mut Problems) -> Option<Tls> {
    let [listen, certificate, key, ca, _, name] = TLS_KEYS;
    let [listen, certificate, key, ca, name] = [listen, certificate, key, ca, name].map(|key| key.text(section, problems));
    let impostors = impostors::read(section, folder, problems);
    let path = section.path(LISTEN.name);
    let listen = listen.and_then(|word| transport::address(word, &path, TLS_PORT, ("", ""), problems));
    let mut complain = |word: &Word, key: &str, flaw: &Flaw| {
        let (path, flawed, file) = (section.path(key), flaw.cause(), &word.text);
        let cause = Bilingual::new(
            format!("{path} \"{file}\": {}", flawed.show(Lang::En)),
            format!("{path} \"{file}\": {}", flawed.show(Lang::Pl)),
        );
        problems.add(word.at, cause, flaw.remedy());
    };
    let chain = certificate.and_then(|word| {
        let chain = credentials::certificates(&folder.join(&word.text)).map_err(|flaw| complain(word, "certificate", &flaw));
        Some((word, chain.ok()?))
    });
    let private = key.and_then(|word| {
        let key = credentials::key(&folder.join(&word.text)).map_err(|flaw| complain(word, "key", &flaw));
        Some((word, key.ok()?))
    });
    if let Some(word) = ca
        && let Err(flaw) = credentials::certificates(&folder.join(&word.text))
    {
        complain(word, "ca", &flaw);
    }
    if let (Some((_, chain)), Some((word, private))) = (&chain, &private)
        && let Err(flaw) = credentials::belong_together(chain, private)
    {
        complain(word, "key", &flaw);
    }
    if let Some((word, facts)) = chain.as_ref().and_then(|(word, chain)| Some((word, chain.first().map(Facts::of)?))) {
        match facts {
            Ok(facts) => {
                if let Err(flaw) = facts.hold_at(wall_clock().as_secs()) {
                    complain(word, "certificate", &flaw);
                }
                let own = listen.map(|listen| listen.ip()).filter(|ip| !ip.is_unspecified()).map(|ip| ip.to_string());
                let called = name.map(|name| (name, "name", name.text.clone())).or(own.map(|own| (*word, "certificate", own)));
                if let Some((at, key, called)) = called
                    && let Err(flaw) = facts.stand_for(&called)
                {
                    complain(at, key, &flaw);
                }
            }
            Err(flaw) => complain(word, "certificate", &flaw),
        }
    }
    Some(Tls {
        listen: listen?,
        certificate: folder.join(&certificate?.text),
        key: folder.join(&key?.text),
        ca: ca.map(|word| folder.join(&word.text)),
        impostors,
        name: name.map(|word| word.text.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_entry_is_taken_with_paths_from_the_rigs_folder() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let broken = std::fs::read_to_string(root.join("bad/tls-key-typo.yaml")).expect("a fixture");
        let sound = broken.replace("cea: tls/", "ca: tls/").replace("../firmware", &root.join("firmware").display().to_string());
        let sound = sound.replace("tls/", &root.join("bad/tls/").display().to_string());
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("rig.yaml");
        std::fs::write(&file, sound.replace("realm:", "srtp: mandatory\n    realm:")).expect("a file");
        let rig = super::super::super::load(&file).expect("a sound rig");
        let Some(SipOperator { tls: Some(tls), srtp, .. }) = rig.operator() else { panic!("{:?}", rig.instruments) };
        assert_eq!((*srtp, tls.listen.port(), tls.name.as_deref()), (Srtp::Mandatory, 5061, None));
        assert_eq!(
            (tls.certificate.clone(), tls.ca.clone()),
            (root.join("bad/tls/sound.pem"), Some(root.join("bad/tls/sound.pem")))
        );
    }
}
