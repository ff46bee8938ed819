//! An operator's entry of the `instruments:` section: where it listens, who may register, and how safe connections and media are to be.
//!
//! Knows nothing of SIP beyond that.

use super::credentials::{self, Facts, Flaw};
use super::file::{Section, meant_or_listed};
use super::instruments::Instrument;
use super::locate::Word;
use super::problem::Problems;
use crate::clock::wall_clock;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// Where the operator listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listen {
    Twin,
    Udp(SocketAddr),
}

/// A post that may register with the operator.
#[derive(Clone, PartialEq, Eq)]
pub struct SipUser {
    pub name: String,
    pub password: String,
}

impl std::fmt::Debug for SipUser {
    /// A password has no business in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SipUser({})", self.name)
    }
}

/// SIP over TLS: where, and with which files. They have been read once and found sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    pub listen: SocketAddr,
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// Who signs the posts' certificates; where it is named, a post must show one.
    pub ca: Option<PathBuf>,
    /// What posts call the operator, if not by the address.
    pub name: Option<String>,
}

/// Whether media is to be secure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Srtp {
    Mandatory,
    Optional,
    Refused,
}

impl Srtp {
    const ALL: [Srtp; 3] = [Srtp::Mandatory, Srtp::Optional, Srtp::Refused];
    const fn name(self) -> &'static str {
        match self {
            Srtp::Mandatory => "mandatory",
            Srtp::Optional => "optional",
            Srtp::Refused => "refused",
        }
    }
}

pub(super) const KEYS: &[&str] = &["driver", "listen", "backup", "realm", "users", "tls", "srtp"];

pub(super) fn read(section: &Section<'_>, folder: &Path, problems: &mut Problems) -> Option<Instrument> {
    let example = "listen: 192.168.10.2:5060";
    let listen = section.text("listen", example, problems).and_then(|word| listen(word, section, problems));
    let backup = backup(section, listen.as_ref(), problems);
    let realm = section.text("realm", "realm: straz.miejska", problems).map(|word| word.text.clone());
    let users = users(section, problems);
    let srtp = srtp(section, problems);
    let tls = match section.get("tls") {
        Some(node) if matches!(listen, Some(Listen::Twin)) => {
            let what = format!("{} is set, but the virtual post speaks plain SIP", section.path("tls"));
            problems.add(node.at, what, "delete the tls: section");
            None
        }
        Some(node) => {
            let opened = Section::open(node, &section.path("tls"), &["listen", "certificate", "key", "ca", "name"], problems);
            Some(opened.and_then(|opened| tls(&opened, folder, problems))?)
        }
        None => None,
    };
    Some(Instrument::SipOperator { listen: listen?, backup: backup?, realm: realm?, users: users?, tls, srtp: srtp? })
}

/// The second server's address; `None`: it cannot be read.
fn backup(section: &Section<'_>, main: Option<&Listen>, problems: &mut Problems) -> Option<Option<SocketAddr>> {
    let Some(word) = section.optional_text("backup", "backup: 192.168.10.2:5070", problems) else {
        return section.get("backup").is_none().then_some(None);
    };
    let is_twin = main == Some(&Listen::Twin);
    let is_taken = |address: SocketAddr| match main {
        Some(Listen::Udp(main)) => address.port() == main.port() && (address.ip() == main.ip() || main.ip().is_unspecified()),
        _ => false,
    };
    let found = word.text.parse::<SocketAddr>().ok().filter(|address| address.port() != 0 && !is_taken(*address));
    if found.is_some() && !is_twin {
        return Some(found);
    }
    let what = format!("{} is no address for a second server: \"{}\"", section.path("backup"), word.text);
    let other = "write an address of this machine that `listen` does not take, a colon and a port, e.g. 192.168.10.2:5070";
    problems.add(word.at, what, if is_twin { "leave it out: the twin's operator has a backup server" } else { other });
    None
}

fn listen(word: &Word, section: &Section<'_>, problems: &mut Problems) -> Option<Listen> {
    if word.text == "twin" {
        return Some(Listen::Twin);
    }
    address(word, section, 5060, "; or twin", problems).map(Listen::Udp)
}

fn address(word: &Word, section: &Section<'_>, usual: u16, or: &str, problems: &mut Problems) -> Option<SocketAddr> {
    let path = section.path("listen");
    let remedy = format!(
        "write this machine's IP address, a colon and a port, e.g. 192.168.10.2:{usual} (0.0.0.0:{usual}: all its addresses){or}"
    );
    match word.text.parse::<SocketAddr>() {
        Ok(address) if address.port() == 0 => {
            problems.add(word.at, format!("{path} has port 0, a post could not find it"), format!("SIP's usual port is {usual}"));
            None
        }
        Ok(address) => Some(address),
        Err(_) if word.text.parse::<IpAddr>().is_ok() => {
            problems.add(word.at, format!("{path} lacks a port: \"{}\"", word.text), format!("write {}:{usual}", word.text));
            None
        }
        Err(_) => {
            problems.add(word.at, format!("{path} is no IP address with a port: \"{}\"", word.text), remedy);
            None
        }
    }
}

/// Those who may register. A name given twice would make two posts look like one.
fn users(section: &Section<'_>, problems: &mut Problems) -> Option<Vec<SipUser>> {
    let example = "users: [ { name: SOS-0417, password: secret } ]";
    section.need("users", example, problems)?;
    let path = section.path("users");
    let mut users: Vec<SipUser> = Vec::new();
    for node in section.list("users", example, problems)? {
        let Some(entry) = Section::open(node, &path, &["name", "password"], problems) else { continue };
        let name = entry.text("name", "name: SOS-0417", problems);
        let password = entry.text("password", "password: secret", problems);
        let (Some(name), Some(password)) = (name, password) else { continue };
        if users.iter().any(|user| user.name == name.text) {
            let what = format!("{path} has \"{}\" twice", name.text);
            problems.add(name.at, what, "give every post a name of its own");
        }
        users.push(SipUser { name: name.text.clone(), password: password.text.clone() });
    }
    Some(users)
}

/// Optional where nothing is said.
fn srtp(section: &Section<'_>, problems: &mut Problems) -> Option<Srtp> {
    let Some(word) = section.optional_text("srtp", "srtp: mandatory", problems) else {
        return section.get("srtp").is_none().then_some(Srtp::Optional);
    };
    let found = Srtp::ALL.into_iter().find(|known| known.name() == word.text);
    if found.is_none() {
        let what = format!("{} must be mandatory, optional or refused, here is \"{}\"", section.path("srtp"), word.text);
        problems.add(word.at, what, meant_or_listed(&word.text, &Srtp::ALL.map(Srtp::name), "possible values"));
    }
    found
}

/// Every file is read and held against the others; each flaw stands at the key that names the file.
fn tls(section: &Section<'_>, folder: &Path, problems: &mut Problems) -> Option<Tls> {
    let listen = section.text("listen", "listen: 192.168.10.2:5061", problems);
    let listen = listen.and_then(|word| address(word, section, 5061, "", problems));
    let certificate = section.text("certificate", "certificate: operator.pem", problems);
    let key = section.text("key", "key: operator.key", problems);
    let ca = section.optional_text("ca", "ca: posts-ca.pem", problems);
    let name = section.optional_text("name", "name: sos.example.org", problems);
    let mut complain = |word: &Word, key: &str, flaw: &Flaw| {
        problems.add(word.at, format!("{} \"{}\": {flaw}", section.path(key), word.text), flaw.remedy());
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
        let file = std::env::temp_dir().join(format!("hejnal-tls-rig-{}.yaml", std::process::id()));
        std::fs::write(&file, sound.replace("realm:", "srtp: mandatory\n    realm:")).expect("a file");
        let rig = super::super::load(&file);
        let _gone = std::fs::remove_file(&file);
        let rig = rig.expect("a sound rig");
        let Some(Instrument::SipOperator { tls: Some(tls), srtp, .. }) = rig.instruments.get("operator") else {
            panic!("{:?}", rig.instruments)
        };
        assert_eq!((srtp, tls.listen.port(), tls.name.as_deref()), (&Srtp::Mandatory, 5061, None));
        assert_eq!(
            (tls.certificate.clone(), tls.ca.clone()),
            (root.join("bad/tls/sound.pem"), Some(root.join("bad/tls/sound.pem")))
        );
    }
}
