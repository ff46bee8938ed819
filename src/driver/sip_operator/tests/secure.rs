//! TLS against a client that nobody here wrote: whom it believes, whom it refuses, and in which words.

use super::*;
use crate::clock::{Interrupted, poll};
use crate::instrument::operator::security::{CertificateFlaw, ConnectionFault};
use crate::instrument::operator::{Answering, Behaviour, CallEvent, Certificate};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Issuer {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate")
}

/// Certificate and key, as PEM.
fn issued(by: &Issuer, name: &str, years: (i32, i32)) -> (String, String) {
    let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
    (params.not_before, params.not_after) = (date_time_ymd(years.0, 1, 1), date_time_ymd(years.1, 1, 1));
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let key = KeyPair::generate().expect("a key");
    (params.signed_by(&key, by).expect("a certificate").pem(), key.serialize_pem())
}

const NOW: (i32, i32) = (2020, 2120);
const PAST: (i32, i32) = (2010, 2011);
const FUTURE: (i32, i32) = (2120, 2121);

/// A directory that goes away with its test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }
}

/// A clock that was never set.
#[derive(Debug)]
struct In1970;

impl TimeProvider for In1970 {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(60)))
    }
}

struct Scene {
    operator: SipOperator,
    clock: Arc<dyn Clock>,
    ca: Issuer,
    port: u16,
    _folder: Folder,
}

impl Scene {
    /// With SIP at `port` and TLS at the next; the operator's certificate is for this name and time.
    fn new(port: u16, name: &str, years: (i32, i32), mutual: bool) -> Scene {
        let (folder, ca) = (Folder(tempfile::tempdir().expect("a directory")), authority("city"));
        let (certificate, key) = issued(&ca, name, years);
        let (certificate, key) = (folder.file("operator.pem", &certificate), folder.file("operator.key", &key));
        let ca_file = folder.file("ca.pem", &ca.pem());
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        let at = SocketAddr::from(([127, 0, 0, 1], port + 1));
        let tls = Tls::from_files(at, &certificate, &key, mutual.then_some(&*ca_file)).expect("sound files");
        let (past, past_key) = issued(&ca, name, PAST);
        let (past, past_key) = (folder.file("past.pem", &past), folder.file("past.key", &past_key));
        let tls = tls.beside([(Certificate::Expired, &*past, &*past_key)]).expect("sound files");
        let config = config(port + 2..=port + 7, port);
        let operator = listen_also(Arc::clone(&clock), config, Some(tls), None).expect("free ports");
        Scene { operator, clock, ca, port, _folder: folder }
    }

    /// The first event about a connection; `None` if there is none for so many milliseconds.
    fn told(&mut self, millis: u64) -> Option<CallEvent> {
        let deadline = self.clock.now() + Duration::from_millis(millis);
        poll(&*self.clock, deadline, Duration::from_millis(5), || {
            let events = self.operator.events().expect("a desk").into_iter().map(|e| e.value);
            Ok::<_, Interrupted>(
                events.into_iter().find(|e| matches!(e, CallEvent::Connected { .. } | CallEvent::ConnectionFailed { .. })),
            )
        })
        .expect("nobody interrupts")
    }
    #[track_caller]
    fn check_fault(&mut self, expected: &ConnectionFault) {
        match self.told(3000) {
            Some(CallEvent::ConnectionFailed { fault, from }) => {
                assert_eq!(fault, *expected);
                assert!(from.starts_with("127.0.0.1:"), "{from}");
            }
            other => panic!("{other:?} instead of {expected:?}"),
        }
    }

    /// A post that believes this CA, with a certificate of its own or without; says a line, and gives what it heard.
    fn call(&self, ca: &Issuer, own: Option<&(String, String)>, in_1970: bool, port: u16) -> std::io::Result<String> {
        let mut roots = RootCertStore::empty();
        roots.add(ca.der().clone()).expect("a CA");
        let provider = Arc::new(ring::default_provider());
        let builder = if in_1970 {
            ClientConfig::builder_with_details(provider, Arc::new(In1970))
        } else {
            ClientConfig::builder_with_provider(provider)
        };
        let builder = builder.with_safe_default_protocol_versions().expect("versions").with_root_certificates(roots);
        let config = match own {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("PEM")];
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("PEM");
                builder.with_client_auth_cert(chain, key).expect("a pair")
            }
        };
        let name = ServerName::try_from("127.0.0.1").expect("an address");
        let mut tls = ClientConnection::new(Arc::new(config), name).expect("a client");
        let mut tcp = TcpStream::connect(("127.0.0.1", port))?;
        tcp.set_read_timeout(Some(Duration::from_secs(3)))?;
        let mut stream = rustls::Stream::new(&mut tls, &mut tcp);
        stream.write_all(REGISTER.as_bytes())?;
        let mut heard = [0; 4096];
        let length = stream.read(&mut heard)?;
        Ok(String::from_utf8_lossy(&heard[..length]).into_owned())
    }
}

const REGISTER: &str = "REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK1;rport\r\n\
    From: <sip:sos-1@straz>;tag=p\r\nTo: <sip:sos-1@straz>\r\nCall-ID: tls\r\nCSeq: 1 REGISTER\r\nContact: <sip:sos-1@127.0.0.1>\r\n\
    Content-Length: 0\r\n\r\n";

fn alert(name: &str) -> ConnectionFault {
    ConnectionFault::Alert(name.to_owned())
}

#[test]
fn a_post_that_believes_us_is_served_and_one_that_does_not_says_why() {
    let mut s = Scene::new(28_500, "127.0.0.1", NOW, false);
    let heard = s.call(&s.ca, None, false, 28_501).expect("an answer");
    assert!(heard.starts_with("SIP/2.0 401 "), "{heard}");
    match s.told(3000) {
        Some(CallEvent::Connected { cipher, certified: false, .. }) => assert!(cipher.starts_with("TLS 1.3, TLS13_"), "{cipher}"),
        other => panic!("{other:?}"),
    }
    assert!(s.call(&authority("another"), None, false, 28_501).is_err());
    s.check_fault(&alert("unknown_ca"));
    assert!(s.call(&authority("city"), None, false, 28_501).is_err(), "the same name, another key");
    s.check_fault(&alert("decrypt_error"));
    assert!(s.call(&s.ca, None, true, 28_501).is_err(), "the post's clock stands at 1970");
    s.check_fault(&alert("certificate_expired"));
}

#[test]
fn an_expired_certificate_of_ours_and_one_with_another_name_are_told_apart() {
    let mut s = Scene::new(28_510, "127.0.0.1", PAST, false);
    assert!(s.call(&s.ca, None, false, 28_511).is_err());
    s.check_fault(&alert("certificate_expired"));
    let mut s = Scene::new(28_520, "sos.example", NOW, false);
    assert!(s.call(&s.ca, None, false, 28_521).is_err());
    s.check_fault(&alert("bad_certificate"));
}

#[test]
fn a_false_certificate_is_shown_for_as_long_as_it_is_asked_for_and_ends_what_stands() {
    let mut s = Scene::new(28_550, "127.0.0.1", NOW, false);
    let show = |s: &mut Scene, shows| {
        s.operator.behave(Behaviour { shows, ..Behaviour::answering(Answering::Manual) }).expect("a desk");
    };
    let mut standing = TcpStream::connect(("127.0.0.1", s.port + 1)).expect("an open port");
    standing.set_read_timeout(Some(Duration::from_secs(3))).expect("a socket");
    // Once a second connection has been served the first has been taken in.
    assert!(s.call(&s.ca, None, false, 28_551).is_ok());
    show(&mut s, Certificate::Expired);
    assert_eq!(standing.read(&mut [0; 1]).ok(), Some(0), "closed by the operator");
    assert!(s.call(&s.ca, None, false, 28_551).is_err());
    assert!(matches!(s.told(3000), Some(CallEvent::Connected { .. })));
    show(&mut s, Certificate::Own);
    assert!(s.call(&s.ca, None, false, 28_551).is_ok_and(|heard| heard.starts_with("SIP/2.0 401 ")));
}

#[test]
fn a_post_that_must_show_a_certificate_is_judged_by_it() {
    let mut s = Scene::new(28_530, "127.0.0.1", NOW, true);
    let check = |s: &mut Scene, own: Option<(String, String)>, expected: &ConnectionFault| {
        assert!(s.call(&s.ca, own.as_ref(), false, 28_531).is_err(), "{expected:?}");
        s.check_fault(expected);
    };
    let flaw = ConnectionFault::Certificate;
    check(&mut s, None, &ConnectionFault::NoCertificate);
    let expired = issued(&s.ca, "sos-1", PAST);
    check(&mut s, Some(expired), &flaw(CertificateFlaw::Expired { not_after: 1_293_840_000 }));
    let early = issued(&s.ca, "sos-1", FUTURE);
    check(&mut s, Some(early), &flaw(CertificateFlaw::NotYetValid { not_before: 4_733_510_400 }));
    check(&mut s, Some(issued(&authority("another"), "sos-1", NOW)), &flaw(CertificateFlaw::UnknownCa));
    let good = issued(&s.ca, "sos-1", NOW);
    assert!(s.call(&s.ca, Some(&good), false, 28_531).is_ok_and(|heard| heard.starts_with("SIP/2.0 401 ")));
    assert!(matches!(s.told(3000), Some(CallEvent::Connected { certified: true, .. })));
}

#[test]
fn the_wrong_port_and_a_wordless_end_are_told_and_a_look_at_the_port_is_not() {
    let mut s = Scene::new(28_540, "127.0.0.1", NOW, false);
    let connect = |s: &Scene| TcpStream::connect(("127.0.0.1", s.port + 1)).expect("an open port");
    drop(connect(&s));
    assert_eq!(s.told(300), None);
    connect(&s).write_all(REGISTER.as_bytes()).expect("sent");
    s.check_fault(&ConnectionFault::NoTls);
    assert!(s.call(&s.ca, None, false, s.port).is_err());
    s.check_fault(&ConnectionFault::TlsOnPlain);
    // The beginning of a handshake record, and no more.
    connect(&s).write_all(&[0x16, 3, 1, 0, 100, 1]).expect("sent");
    s.check_fault(&ConnectionFault::HungUp);
}

#[test]
fn files_that_do_not_fit_are_refused_with_what_to_do() {
    let folder = Folder(tempfile::tempdir().expect("a directory"));
    let ca = authority("city");
    let ((one, key), (_, other)) = (issued(&ca, "a.example", NOW), issued(&ca, "b.example", NOW));
    let (one, key, other) = (folder.file("one.pem", &one), folder.file("one.key", &key), folder.file("other.key", &other));
    let check = |certificate: &Path, key: &Path, ca: Option<&Path>, cause: &str| {
        let at = SocketAddr::from(([127, 0, 0, 1], 1));
        let error = Tls::from_files(at, certificate, key, ca).map(|_| ()).expect_err(cause);
        assert_eq!(error.cause.en, cause);
        assert!(error.remedy.en.len() > 20, "{error:?}");
    };
    check(&one, &other, None, "the key does not belong to the certificate");
    check(&key, &key, None, "it holds a private key, but no certificate");
    check(&one, &one, None, "it holds a certificate, but no private key");
    check(&one, &key, Some(&key), "it holds a private key, but no certificate");
    check(&folder.0.path().join("none.pem"), &key, None, "there is no such file");
    check(folder.0.path(), &key, None, "it cannot be read: it is a folder");
    let protected =
        folder.file("protected.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    check(&one, &protected, None, "the key is protected by a passphrase");
}
