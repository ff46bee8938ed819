//! Each product's row against a server that takes and answers as the product's documents say.

use super::super::contract;
use super::*;
use crate::clock::RealClock;
use crate::instrument::Instrument as _;
use crate::instrument::relay::{Channel, Contact, RelayBoard as _};
use crate::rig::drivers::{HTTP_MODELS, Login};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Mutex;

type Outputs = Arc<Mutex<Vec<bool>>>;

/// What a product does with a request line and a body: the body of its answer; `None`: it knows no such page.
type Product = fn(&str, &str, &mut [bool]) -> Option<String>;

/// The figure behind a word.
fn behind<T: std::str::FromStr>(text: &str, word: &str) -> Option<T> {
    let (_, rest) = text.split_once(word)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

fn bit(on: &bool) -> char {
    if *on { '1' } else { '0' }
}

fn tinycontrol_xml(line: &str, _: &str, out: &mut [bool]) -> Option<String> {
    if line == "GET /st0.xml" {
        let all: String = out.iter().enumerate().map(|(n, on)| format!("<out{n}>{}</out{n}>\n", bit(on))).collect();
        return Some(format!("<?xml version=\"1.0\"?>\n<response>\n{all}<di0>up</di0>\n</response>"));
    }
    let number: usize = behind(line, "GET /outs.cgi?out")?;
    out[number] = line.ends_with("=1");
    Some(String::new())
}

fn tinycontrol_json(line: &str, _: &str, out: &mut [bool]) -> Option<String> {
    if line == "GET /api/v1/read/status/?outValues" {
        let all: Vec<String> = (1..).zip(out.iter()).map(|(n, on)| format!("\"out{n}\":{}", bit(on))).collect();
        return Some(format!("{{{}}}", all.join(",")));
    }
    let number: usize = behind(line, "GET /api/v1/save/?out")?;
    out[number - 1] = line.ends_with("=1");
    Some("{\"status\":\"ok\"}".into())
}

fn shelly(line: &str, _: &str, out: &mut [bool]) -> Option<String> {
    let number: usize = behind(line, "?id=")?;
    if line.starts_with("GET /rpc/Switch.GetStatus?") {
        return Some(format!("{{\"id\":{number},\"source\":\"init\",\"output\":{},\"apower\":0.0}}", out[number]));
    }
    let was = std::mem::replace(&mut out[number], line.ends_with("&on=true"));
    line.starts_with("GET /rpc/Switch.Set?").then(|| format!("{{\"was_on\":{was}}}"))
}

fn netio(line: &str, body: &str, out: &mut [bool]) -> Option<String> {
    if line == "POST /netio.json" {
        let number: usize = behind(body, "{\"Outputs\":[{\"ID\":")?;
        out[number - 1] = behind::<u8>(body, "\"Action\":")? == 1;
    } else if line != "GET /netio.json" {
        return None;
    }
    let one = |(n, on): (usize, &bool)| format!("{{\"ID\":{n},\"Name\":\"output_{n}\",\"State\":{},\"Action\":6}}", bit(on));
    let all: Vec<String> = (1..).zip(out.iter()).map(one).collect();
    Some(format!("{{\"Agent\":{{\"Model\":\"PowerPDU 4C\"}},\"Outputs\":[{}]}}", all.join(",")))
}

fn gude(line: &str, _: &str, out: &mut [bool]) -> Option<String> {
    if line.starts_with("GET /status.json?components=0&cmd=1&p=") {
        let number: usize = behind(line, "&p=")?;
        out[number - 1] = behind::<u8>(line, "&s=")? == 1;
        return Some("{}".into());
    }
    let all: Vec<String> = out.iter().map(|on| format!("{{\"name\":\"Power Port\",\"state\":{}}}", bit(on))).collect();
    (line == "GET /status.json?components=1").then(|| format!("{{\"outputs\":[{}]}}", all.join(",")))
}

fn devantech(line: &str, _: &str, out: &mut [bool]) -> Option<String> {
    let word = line.strip_prefix("GET /io.cgi?")?;
    match word.get(..3)? {
        "DOA" => out[word[3..].parse::<usize>().ok()? - 1] = true,
        "DOI" => out[word[3..].parse::<usize>().ok()? - 1] = false,
        _ if word == "relay" => {}
        _ => return None,
    }
    Some(format!("Relay {}", out.iter().map(bit).collect::<String>()))
}

const PRODUCTS: [(&str, Product); 6] = [
    ("tinycontrol-lk3", tinycontrol_xml),
    ("tinycontrol-lk4", tinycontrol_json),
    ("shelly-gen2", shelly),
    ("netio", netio),
    ("gude", gude),
    ("devantech-eth", devantech),
];

/// Serves one connection a request; `wants`: what must stand in each.
fn serve(product: Product, outputs: &Outputs, wants: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let own = listener.local_addr().expect("bound");
    let outputs = Arc::clone(outputs);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (mut text, mut buffer) = (String::new(), [0; 1024]);
            let head = loop {
                let count = stream.read(&mut buffer).unwrap_or_default();
                text.push_str(&String::from_utf8_lossy(&buffer[..count]));
                let Some(end) = text.find("\r\n\r\n") else { continue };
                if text.len() >= end + 4 + behind::<usize>(&text, "Content-Length: ").unwrap_or(0) {
                    break end;
                }
            };
            let line = text.split(" HTTP/1.1").next().unwrap_or_default().to_owned();
            let said = if text.contains(wants) {
                let answer = product(&line, &text[head + 4..], &mut outputs.lock().expect("lock"));
                answer.map_or("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(), |body| {
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
                })
            } else {
                "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n".to_owned()
            };
            let _gone = stream.write_all(said.as_bytes());
        }
    });
    own
}

fn settings(name: &str, login: Option<Login>) -> HttpSwitch {
    let model = HTTP_MODELS.iter().find(|model| model.name == name).expect("a row");
    HttpSwitch { model, first: model.first, login }
}

#[test]
fn each_product_is_a_relay_board_like_any_other() {
    let names: Vec<&str> = PRODUCTS.iter().map(|(name, _)| *name).collect();
    assert_eq!(HTTP_MODELS.iter().map(|model| model.name).collect::<Vec<_>>(), names, "each row has its product here");
    let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
    for (name, product) in PRODUCTS {
        let settings = settings(name, None);
        let outputs: Outputs = Arc::new(Mutex::new(vec![false; usize::from(settings.model.most)]));
        let own = serve(product, &outputs, "");
        let mut board = open(own, &settings, settings.model.most, Arc::clone(&clock));
        contract::holds_for(&mut board, settings.model.most, &*clock, &|| outputs.lock().expect("lock").clone());
    }
}

#[test]
fn a_device_with_a_password_is_given_it() {
    let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
    let outputs: Outputs = Arc::new(Mutex::new(vec![false; 4]));
    let own = serve(netio, &outputs, "Authorization: Basic bmV0aW86bmV0aW8=\r\n");
    let login = |password: &str| Some(Login { user: "netio".into(), password: password.into() });
    let mut board = open(own, &settings("netio", login("netio")), 4, Arc::clone(&clock));
    board.set(Channel(2), Contact::Closed).expect("let in");
    let mut board = open(own, &settings("netio", login("wrong")), 4, clock);
    let error = board.identify().expect_err("not let in");
    assert!(error.cause.en.contains("user and password") && error.remedy.pl.contains("hasło"), "{error:?}");
    assert!(!format!("{:?}", settings("netio", login("geheim"))).contains("geheim"), "a password has no business in a log");
}

#[test]
fn a_device_that_does_not_do_it_or_is_another_product_is_told() {
    let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
    let outputs: Outputs = Arc::new(Mutex::new(vec![false; 4]));
    let idle: Product = |line, _, out| gude(line.replace("&s=1", "&s=0").as_str(), "", out);
    let mut board = open(serve(idle, &outputs, ""), &settings("gude", None), 4, Arc::clone(&clock));
    let error = board.set(Channel(3), Contact::Closed).expect_err("it stays open");
    assert!(error.cause.en.contains("relay 3 stays as it was") && error.remedy.en.contains("schedule"), "{error:?}");
    let mut board = open(serve(gude, &outputs, ""), &settings("shelly-gen2", None), 4, Arc::clone(&clock));
    let error = board.identify().expect_err("another product");
    assert!(error.cause.en.contains("404") && error.remedy.en.contains("model"), "{error:?}");
    let nonsense: Product = |_, _, _| Some("<html>please log in</html>".into());
    let mut board = open(serve(nonsense, &outputs, ""), &settings("netio", None), 4, clock);
    assert!(board.get(Channel(1)).expect_err("no JSON").cause.en.contains("<html>"), "what it said is shown");
}

proptest::proptest! {
    #[test]
    fn no_answer_upsets_it(body: String, number: u8) {
        for model in &HTTP_MODELS {
            state(model.told, &body, number);
        }
    }
}
