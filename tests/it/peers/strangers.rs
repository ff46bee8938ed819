//! Programs that nobody here wrote: those that scan and guess (sipvicious), one that asks (sipsak), and a proxy between
//! post and operator (kamailio).

use super::baresip::{Account, Baresip};
use super::operator::Operator;
use super::{Error, is_there, pause, scratch, wait_for};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What a program says, and whether it was content.
fn said(program: &str, arguments: &[&str]) -> Result<(String, bool), Error> {
    let ended = Command::new("timeout").args(["60", program]).args(arguments).stdin(Stdio::null()).output()?;
    let text = [ended.stdout, ended.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    Ok((text, ended.status.success()))
}

#[test]
fn whoever_scans_and_guesses_learns_nothing_and_is_told() -> Result<(), Error> {
    if !is_there("svwar", "sipvicious", "scans") {
        return Ok(());
    }
    let mut operator = Operator::start("scans", 32_700, &[])?;
    let folder = operator.out.clone();
    let mut names = String::new();
    for n in 0..40 {
        let _ = writeln!(names, "{}", if n == 20 { "post1".to_owned() } else { format!("nobody{n}") });
    }
    let words = names.replace("nobody20", "x").replace("post1", "secret1");
    let (names_file, words_file) = (folder.join("names.txt"), folder.join("words.txt"));
    std::fs::write(&names_file, names)?;
    std::fs::write(&words_file, words)?;
    let (names_file, words_file) = (names_file.display().to_string(), words_file.display().to_string());
    for method in ["REGISTER", "INVITE", "OPTIONS"] {
        let (told, _) = said("svwar", &["-d", &names_file, "-m", method, "--force", "-p", "32700", "127.0.0.1"])?;
        assert!(!told.contains("| post1 "), "{method}: {told}");
    }
    let (told, _) = said("svcrack", &["-u", "post1", "-d", &words_file, "-p", "32700", "127.0.0.1"])?;
    assert!(!told.contains("secret1"), "{told}");
    operator.line("no such user")?;
    operator.line("too many wrong passwords from there")?;
    let mut post = Baresip::start(&operator.out, 32_710, &Account { operator: 32_700, ..Account::default() })?;
    operator.line("post1 registered at")?;
    post.dial()?;
    operator.line("first voice packet")?;
    post.command("hangup", "")?;
    operator.line("over, the post hung up")?;
    assert_eq!(operator.stop()?, 0);
    Ok(())
}

#[test]
fn whoever_asks_whether_the_operator_is_there_is_answered() -> Result<(), Error> {
    if !is_there("sipsak", "sipsak", "asks") {
        return Ok(());
    }
    let _operator = Operator::start("asks", 33_200, &[])?;
    let (told, is_content) = said("sipsak", &["-vv", "-s", "sip:operator@127.0.0.1:33200"])?;
    assert!(is_content && told.contains("SIP/2.0 200 OK"), "{told}");
    Ok(())
}

/// A proxy that records its route, before the operator.
struct Proxy(Child);

impl Drop for Proxy {
    fn drop(&mut self) {
        // It leads a group of processes, and ends them when asked to.
        let _asked = Command::new("kill").arg(self.0.id().to_string()).status();
        let _gone = self.0.wait();
    }
}

impl Proxy {
    fn start(folder: &Path, port: u16, operator: u16) -> Result<Proxy, Error> {
        let modules = ["tm", "tmx", "rr", "sl", "pv", "maxfwd", "siputils", "textops"]
            .map(|name| format!("loadmodule \"{name}.so\"\n"))
            .concat();
        let file = folder.join("kamailio.cfg");
        std::fs::write(
            &file,
            format!(
                "#!KAMAILIO\ndebug=1\nlog_stderror=yes\nchildren=2\ntcp_children=1\nauto_aliases=no\nlisten=udp:127.0.0.1:{port}\n{modules}\
                 request_route {{\n if (!mf_process_maxfwd_header(\"10\")) {{ sl_send_reply(\"483\", \"Too Many Hops\"); exit; }}\n \
                 if (has_totag()) {{ if (loose_route()) {{ t_relay(); }} exit; }}\n \
                 if (is_method(\"CANCEL\")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}\n t_check_trans();\n \
                 if (is_method(\"INVITE\")) {{ record_route(); }}\n $du = \"sip:127.0.0.1:{operator}\";\n t_relay();\n}}\n"
            ),
        )?;
        let log = std::fs::File::create(folder.join("kamailio.log"))?;
        let child = Command::new("kamailio")
            .args(["-DD", "-E", "-m", "16", "-M", "4", "-f"])
            .arg(&file)
            .arg("-Y")
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        Ok(Proxy(child))
    }
}

#[test]
fn a_proxy_between_post_and_operator_stays_in_the_way() -> Result<(), Error> {
    if !is_there("kamailio", "kamailio", "proxy") || !is_there("baresip", "baresip-core", "proxy") {
        return Ok(());
    }
    let folder = scratch("proxy-server")?;
    let mut operator = Operator::start("proxy", 33_000, &["--answer-after", "200ms"])?;
    let _proxy = Proxy::start(&folder, 33_050, 33_000)?;
    let log = || std::fs::read_to_string(folder.join("kamailio.log")).unwrap_or_default();
    pause(1.0);
    let mut post = Baresip::start(&operator.out, 33_010, &Account { operator: 33_050, ..Account::default() })?;
    operator.line("post1 registered at").map_err(|e| format!("{e}\n{}", log()))?;
    post.dial()?;
    operator.line("call 1: up").map_err(|e| format!("{e}\n{}", log()))?;
    operator.line("call 1: first voice packet")?;
    operator.press("p")?;
    operator.line("call 1: hold: agreed").map_err(|e| format!("{e}\n{}", log()))?;
    operator.press("h")?;
    operator.line("call 1: over, ended from here")?;
    pause(0.5);
    post.dial()?;
    operator.line("call 2: first voice packet")?;
    post.command("hangup", "")?;
    operator.line("call 2: over, the post hung up")?;
    wait_for("the end of all that", 5, || (operator.count("our BYE") == 0).then_some(()))?;
    assert_eq!(operator.count("turned away"), 0, "{}", operator.lines().join("\n"));
    assert_eq!(operator.stop()?, 0);
    Ok(())
}
