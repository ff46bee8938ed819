//! baresip as a post over TLS with SRTP, and OpenSSL as one that believes nobody: what is heard, and what is said when
//! nothing is to be.
//!
//! Certificates are made at test time. baresip 1.0 offers AES_CM_128_HMAC_SHA1_80 and nothing else, so no call with it
//! is secured by AES_CM_128_HMAC_SHA1_32: that suite is held against a library instead, beneath the code.

use super::baresip::{Account, Baresip};
use super::operator::Operator;
use super::{Error, is_there, pause, samples, scratch, tone};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Files of a certificate, its key and its CA.
struct Made {
    certificate: PathBuf,
    key: PathBuf,
    ca: PathBuf,
}

/// A certificate for a name, valid in these years, signed by a CA made for it.
fn made(test: &str, name: &str, (from, to): (i32, i32)) -> Result<Made, Error> {
    let folder = scratch(&format!("{test}-certificates"))?;
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, test);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    let mut params = CertificateParams::new([name.to_owned()])?;
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate()?;
    let files =
        [("operator.pem", params.signed_by(&key, &ca)?.pem()), ("operator.key", key.serialize_pem()), ("ca.pem", ca.pem())];
    let [certificate, key, ca] = files.map(|(name, text)| (folder.join(name), text));
    for (path, text) in [&certificate, &key, &ca] {
        std::fs::write(path, text)?;
    }
    Ok(Made { certificate: certificate.0, key: key.0, ca: ca.0 })
}

impl Made {
    /// The operator's options: TLS at the port after `port`.
    fn options(&self, port: u16, srtp: &str) -> Vec<String> {
        let path = |path: &PathBuf| path.to_string_lossy().into_owned();
        let address = format!("127.0.0.1:{}", port + 1);
        [
            "--tls",
            &address,
            "--certificate",
            &path(&self.certificate),
            "--key",
            &path(&self.key),
            "--srtp",
            srtp,
            "--answer-after",
            "200ms",
        ]
        .map(str::to_owned)
        .into()
    }
    fn operator(&self, test: &str, port: u16, srtp: &str, more: &[&str]) -> Result<Operator, Error> {
        let options = self.options(port, srtp);
        let all: Vec<&str> = options.iter().map(String::as_str).chain(more.iter().copied()).collect();
        Operator::start(test, port, &all)
    }
}

fn installed(test: &str) -> bool {
    is_there("baresip", "baresip-core", test)
}

/// A call of two and a half seconds over TLS and SRTP; both ends must have heard the other's tone.
fn check_secure_call(name: &str, port: u16, srtp: &str, mediaenc: &str, suite: &str) -> Result<(), Error> {
    if !installed(name) {
        return Ok(());
    }
    let made = made(name, "127.0.0.1", (2020, 2120))?;
    let mut operator = made.operator(name, port, srtp, &["--stimulus", "tone"])?;
    operator.line("certificate for 127.0.0.1, valid from 2020-01-01 to 2120-01-01")?;
    let account = Account { operator: port + 1, transport: "tls", more: mediaenc, ca: Some(&made.ca), ..Account::default() };
    let mut post = Baresip::start(&operator.out, port + 10, &account)?;
    operator.line("connected over TLS 1.").map_err(|e| format!("{e}\n{}", post.log()))?;
    operator.line("post1 registered at sip:post1-")?;
    post.dial()?;
    operator.line("call 1: up")?;
    operator.line(&format!("call 1: media is secured by SRTP, {suite}"))?;
    operator.line("call 1: first voice packet")?;
    pause(2.5);
    post.command("hangup", "")?;
    operator.line("call 1: over, the post hung up")?;
    let media = operator.line("call 1, PCMA:")?;
    assert!(
        media.contains(" 0 lost") && media.contains(" 0 duplicates") && media.contains(&format!("; SRTP {suite}")),
        "{media}"
    );
    assert!(!media.contains("NOT PLAYED"), "{media}");
    let heard = samples(&operator.out.join("call-001-heard.wav"))?;
    assert!(heard.len() > 8000 * 2, "{} frames", heard.len());
    let (share, level) = tone(&heard, 8000.0, 440.0, 0.5);
    assert!(share > 0.9 && (level + 9.0).abs() < 2.0, "the operator heard {share:.3} of the tone at {level:.1} dBFS");
    pause(0.3);
    let (share, _) = tone(&samples(&post.heard()?)?, 8000.0, 1000.0, 0.8);
    assert!(share > 0.8, "the post heard {share:.3} of the tone");
    assert_eq!(operator.count("clear connection"), 0, "{:?}", operator.lines());
    assert_eq!(operator.stop()?, 0);
    Ok(())
}

#[test]
fn a_secure_call_is_heard_both_ways() -> Result<(), Error> {
    check_secure_call("srtp", 26_050, "mandatory", ";mediaenc=srtp-mand", "AES_CM_128_HMAC_SHA1_80")
}

#[test]
fn a_secure_call_is_taken_where_it_is_offered() -> Result<(), Error> {
    check_secure_call("srtp-optional", 26_200, "optional", ";mediaenc=srtp-mand", "AES_CM_128_HMAC_SHA1_80")
}

#[test]
fn a_secure_call_is_held_and_resumed_and_stays_secure() -> Result<(), Error> {
    if !installed("secure-hold") {
        return Ok(());
    }
    let made = made("secure-hold", "127.0.0.1", (2020, 2120))?;
    let mut operator = made.operator("secure-hold", 28_700, "mandatory", &[])?;
    let secured = Account { transport: "tls", more: ";mediaenc=srtp-mand", ca: Some(&made.ca), ..Account::default() };
    let mut post = Baresip::start(&operator.out, 28_710, &Account { operator: 28_701, ..secured })?;
    operator.line("post1 registered at").map_err(|e| format!("{e}\n{}", post.log()))?;
    post.dial()?;
    operator.line("call 1: first voice packet")?;
    pause(0.5);
    post.command("hold", "")?;
    operator.line("call 1: put on hold by the post")?;
    pause(0.3);
    post.command("resume", "")?;
    operator.line("call 1: taken off hold")?;
    pause(1.5);
    post.command("hangup", "")?;
    operator.line("call 1: over, the post hung up")?;
    let media = operator.line("call 1, PCMA:")?;
    assert!(media.contains("; SRTP AES_CM_128_HMAC_SHA1_80"), "{media}");
    assert!(!media.contains("NOT PLAYED"), "{media}");
    let heard = samples(&operator.out.join("call-001-heard.wav"))?;
    let last = heard.get(heard.len().saturating_sub(8000)..).unwrap_or_default();
    let (share, level) = tone(last, 8000.0, 440.0, 0.0);
    assert!(share > 0.9 && (level + 9.0).abs() < 2.0, "after the hold {share:.3} of the tone was heard at {level:.1} dBFS");
    assert_eq!(operator.stop()?, 0);
    Ok(())
}

#[test]
fn a_post_with_a_certificate_of_its_own_is_believed_and_served() -> Result<(), Error> {
    if !installed("mutual") {
        return Ok(());
    }
    let (ours, theirs) = (made("mutual", "127.0.0.1", (2020, 2120))?, made("mutual-post", "post1", (2020, 2120))?);
    let mut operator = ours.operator("mutual", 28_850, "mandatory", &["--ca", &theirs.ca.to_string_lossy()])?;
    let both = theirs.certificate.with_file_name("both.pem");
    std::fs::write(&both, std::fs::read_to_string(&theirs.certificate)? + &std::fs::read_to_string(&theirs.key)?)?;
    let secured = Account { transport: "tls", more: ";mediaenc=srtp-mand", ca: Some(&ours.ca), ..Account::default() };
    let mut post = Baresip::start(&operator.out, 28_860, &Account { operator: 28_851, certificate: Some(&both), ..secured })?;
    let told = operator.line("connected over TLS 1.").map_err(|e| format!("{e}\n{}", post.log()))?;
    assert!(told.ends_with(", with a certificate of its own"), "{told}");
    operator.line("post1 registered at")?;
    post.dial()?;
    operator.line("call 1: first voice packet")?;
    drop(post);
    assert_eq!(operator.stop()?, 0);
    Ok(())
}

/// A call that the policy forbids.
fn check_refused(name: &str, port: u16, srtp: &str, mediaenc: &str, told: &str) -> Result<(), Error> {
    if !installed(name) {
        return Ok(());
    }
    let operator = Operator::start(name, port, &["--srtp", srtp, "--answer-after", "0s"])?;
    let account = Account { operator: port, more: mediaenc, ..Account::default() };
    let mut post = Baresip::start(&operator.out, port + 10, &account)?;
    operator.line("post1 registered at")?;
    post.dial()?;
    operator.line(&format!("call 1: {told}"))?;
    operator.line("call 1: refused with 488")?;
    assert_eq!(operator.count("answered"), 0, "{:?}", operator.lines());
    Ok(())
}

#[test]
fn a_plain_post_is_refused_where_srtp_is_mandatory() -> Result<(), Error> {
    check_refused("plain-post", 26_400, "mandatory", "", "DOWNGRADE: the post offers plain RTP only")
}

#[test]
fn a_secure_post_is_refused_where_srtp_is() -> Result<(), Error> {
    check_refused("secure-post", 26_600, "refused", ";mediaenc=srtp-mand", "the post offers SRTP only")
}

#[test]
fn keys_over_a_clear_connection_are_warned_of() -> Result<(), Error> {
    if !installed("keys_over_a_clear_connection_are_warned_of") {
        return Ok(());
    }
    let operator = Operator::start("clear-keys", 26_800, &["--answer-after", "0s"])?;
    let account = Account { operator: 26_800, more: ";mediaenc=srtp-mand", ..Account::default() };
    let mut post = Baresip::start(&operator.out, 26_810, &account)?;
    operator.line("post1 registered at")?;
    post.dial()?;
    let told = operator.line("media is secured by SRTP")?;
    assert!(told.contains("keys came over a clear connection"), "{told}");
    operator.line("call 1: first voice packet")?;
    Ok(())
}

/// What the operator says of a client of OpenSSL that looks at certificates closely, which baresip 1.0 does not: it
/// takes any.
fn check_alert(name: &str, port: u16, served: (&str, (i32, i32)), client: &[&str], expected: &[&str]) -> Result<(), Error> {
    if !is_there("openssl", "openssl", name) {
        return Ok(());
    }
    let (ours, theirs) = (made(name, served.0, served.1)?, made(&format!("{name}-other"), "127.0.0.1", (2020, 2120))?);
    let operator = ours.operator(name, port, "optional", &[])?;
    let ca = if client.contains(&"other") { &theirs.ca } else { &ours.ca };
    let mut openssl = Command::new("openssl");
    openssl.args(["s_client", "-connect", &format!("127.0.0.1:{}", port + 1), "-verify_return_error", "-CAfile"]).arg(ca);
    openssl.args(client.iter().filter(|word| **word != "other"));
    let output = openssl.stdin(Stdio::null()).output()?;
    for part in expected {
        operator.line(part).map_err(|e| format!("{e}\n{}", String::from_utf8_lossy(&output.stderr)))?;
    }
    Ok(())
}

#[test]
fn a_post_that_does_not_believe_us_is_told_with_its_alert() -> Result<(), Error> {
    let sound = ("127.0.0.1", (2020, 2120));
    check_alert("unknown-ca", 31_000, sound, &["other"], &["(alert unknown_ca)"])?;
    check_alert(
        "wrong-name",
        31_100,
        sound,
        &["-verify_ip", "127.0.0.2"],
        &["lack what the post calls", "(alert bad_certificate)"],
    )?;
    // A clock of 1970.
    check_alert("too-early", 31_300, sound, &["-attime", "60"], &["the post's clock", "(alert bad_certificate)"])?;
    check_alert("old-version", 31_400, sound, &["-tls1_1"], &["no version or cipher of TLS in common"])?;
    let expired = ("sos.example", (2010, 2011));
    let told_before = "WARNING: posts will refuse this certificate: it expired on 2011-01-01";
    let name = "it is not made out for 127.0.0.1, but for \"sos.example\"";
    check_alert("expired", 31_500, expired, &[], &[told_before, name, "(alert certificate_expired)"])
}
