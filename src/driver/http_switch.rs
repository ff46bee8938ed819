//! Network sockets and relay boards that are switched over HTTP: each product by its row.
//!
//! Must not know what is switched. None is quick enough to press a button: they are for mains and fibre.

use super::exchange::Exchange;
use super::failure::Failure;
use super::http_client::fetch;
use super::switchboard::{Switchboard, Switches};
use super::way::Way;
use crate::clock::{Clock, Instant};
use crate::instrument::Identity;
use crate::rig::drivers::{HttpModel, HttpSwitch, Told};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

pub struct Http {
    exchange: Exchange,
    settings: HttpSwitch,
}

/// A device with so many sockets or relays. Nothing is sent yet.
pub fn open(address: SocketAddr, settings: &HttpSwitch, channels: u8, clock: Arc<dyn Clock>) -> Switchboard<Http> {
    let exchange = Exchange::over(Way::Tcp(address), Duration::ZERO, clock);
    let identity = Identity { model: settings.model.what.to_owned(), unit: address.to_string() };
    Switchboard::new(Http { exchange, settings: settings.clone() }, identity, channels)
}

impl Http {
    fn fetch(&mut self, template: (&str, &str, &str), channel: u8, to: &str) -> Result<(Instant, String), Failure> {
        let number = channel - 1 + self.settings.first;
        let fill = |text: &str| text.replace("{n}", &number.to_string()).replace("{to}", to);
        let (method, path, body) = (template.0, fill(template.1), fill(template.2));
        let login = self.settings.login.as_ref().map(|login| (login.user.as_str(), login.password.as_str()));
        let answer = fetch(&mut self.exchange, (method, &path, &body), login)?;
        Ok((answer.left, answer.value))
    }
}

impl Switches for Http {
    fn switch(&mut self, channel: u8, on: bool) -> Result<Instant, Failure> {
        let HttpModel { set, words, .. } = *self.settings.model;
        self.fetch(set, channel, if on { words.1 } else { words.0 }).map(|(left, _)| left)
    }
    fn is_on(&mut self, channel: u8) -> Result<Option<bool>, Failure> {
        let HttpModel { read, told, .. } = *self.settings.model;
        let (_, body) = self.fetch(read, channel, "")?;
        let number = channel - 1 + self.settings.first;
        state(told, &body, number).map(Some).ok_or_else(|| Failure::garbled(body.as_bytes()))
    }
    fn way(&self) -> Option<&Way> {
        Some(self.exchange.way())
    }
}

/// A channel's state in what a device says of itself.
fn state(told: Told, body: &str, number: u8) -> Option<bool> {
    let name = |template: &str| template.replace("{n}", &number.to_string());
    let json = || serde_json::from_str::<serde_json::Value>(body).ok();
    match told {
        Told::Xml(tag) => {
            let tag = name(tag);
            let (_, behind) = body.split_once(&format!("<{tag}>"))?;
            is_one(behind.split_once(&format!("</{tag}>"))?.0.trim())
        }
        Told::Json(key) => truth(json()?.get(name(key))?),
        Told::InList { list, from, value } => truth(json()?.get(list)?.get(usize::from(number.checked_sub(from)?))?.get(value)?),
        Told::ById { list, id, value } => {
            let all = json()?;
            truth(all.get(list)?.as_array()?.iter().find(|one| one.get(id) == Some(&number.into()))?.get(value)?)
        }
        Told::Digit => {
            let digits = body.split_whitespace().nth(1)?;
            is_one(digits.get(usize::from(number.checked_sub(1)?)..)?.get(..1)?)
        }
    }
}

fn truth(value: &serde_json::Value) -> Option<bool> {
    match value {
        serde_json::Value::Bool(on) => Some(*on),
        serde_json::Value::Number(number) => is_one(&number.to_string()),
        serde_json::Value::String(text) => is_one(text),
        _ => None,
    }
}

fn is_one(text: &str) -> Option<bool> {
    match text {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
