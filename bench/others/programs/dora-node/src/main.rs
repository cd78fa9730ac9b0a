//! A node of dora that sends items with a hand-made credit loop, since dora has no back pressure, or receives them.
//! It does what dora_peer.py does, and takes the same order: JSON in the variable BENCH.

use std::collections::BTreeSet;
use std::error::Error;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use dora_node_api::dora_core::config::DataId;
use dora_node_api::serde_json::{from_str, json, Value};
use dora_node_api::{DoraNode, Event, EventStream, MetadataParameters, Parameter};

const PATTERNS: usize = 3;
/// Number of the items by which the nodes find each other: what is sent before is lost.
const GREETING: i64 = -1;
/// Time without a word after which what is missing counts as lost.
const SILENCE: Duration = Duration::from_secs(3);

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Order {
    receivers: usize,
    bytes: usize,
    warmup: i64,
    total: i64,
    rate: f64,
    credit: i64,
    greets: bool,
}

fn main() -> Outcome<()> {
    let order: Value = from_str(&std::env::var("BENCH")?)?;
    let whole = |name: &str| order[name].as_i64().unwrap_or(0);
    let setup = Order {
        receivers: whole("receivers") as usize,
        bytes: whole("bytes") as usize,
        warmup: whole("warmup"),
        total: whole("warmup") + whole("count"),
        rate: order["rate"].as_f64().unwrap_or(0.0),
        credit: whole("credit"),
        greets: order["greets"] == true,
    };
    let run = if order["role"] == "writer" { write } else { receive };
    let outcome = run(&setup);
    let result = match &outcome {
        Ok(result) => result.clone(),
        Err(error) => json!({ "error": error.to_string() }),
    };
    let path = order["result"].as_str().ok_or("the order names no result")?;
    let part = format!("{path}.part");
    std::fs::write(&part, result.to_string())?;
    std::fs::rename(&part, path)?;
    outcome.map(|_| ())
}

/// Three kinds of bytes, of which neighbours differ in every byte.
fn patterns(bytes: usize) -> Vec<Vec<u8>> {
    (0..PATTERNS)
        .map(|kind| {
            let mut word: u32 = 0x9e37_79b9;
            let mut next = || {
                word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (word >> 24) as u8 ^ (kind as u8).wrapping_mul(0x55)
            };
            (0..bytes).map(|_| next()).collect()
        })
        .collect()
}

/// Microseconds of a clock that all processes share.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_micros() as u64)
}

fn numbered(number: i64) -> MetadataParameters {
    MetadataParameters::from([("number".to_owned(), Parameter::Integer(number))])
}

fn number_in(parameters: &MetadataParameters) -> Outcome<i64> {
    match parameters.get("number") {
        Some(Parameter::Integer(number)) => Ok(*number),
        _ => Err("an item has no number".into()),
    }
}

/// How far each receiver has come, and how long nothing was heard.
struct Credit {
    acked: Vec<i64>,
    silent: Duration,
}

impl Credit {
    /// Waits until all receivers have that many; gives up what does not come.
    fn wait(&mut self, events: &mut EventStream, least: i64) -> Outcome<()> {
        while self.acked.iter().any(|acked| *acked < least) {
            match events.recv_timeout(SILENCE) {
                Some(Event::Input { id, metadata, .. }) => {
                    let index: usize = id.as_str().trim_start_matches("ack_").parse()?;
                    self.acked[index] = self.acked[index].max(number_in(&metadata.parameters)? + 1);
                }
                Some(Event::Error(_)) | None => {
                    self.silent += SILENCE;
                    self.acked.fill(least);
                }
                Some(_) => (),
            }
        }
        Ok(())
    }
}

/// Sends greetings until each receiver has answered one.
fn greet(node: &mut DoraNode, events: &mut EventStream, output: &DataId, receivers: usize) -> Outcome<()> {
    let mut answered = BTreeSet::new();
    while answered.len() < receivers {
        node.send_output_bytes(output.clone(), numbered(GREETING), 1, &[0])?;
        if let Some(Event::Input { id, .. }) = events.recv_timeout(Duration::from_millis(50)) {
            answered.insert(id);
        }
    }
    Ok(())
}

fn write(order: &Order) -> Outcome<Value> {
    let (mut node, mut events) = DoraNode::init_from_env()?;
    let items = patterns(order.bytes);
    let output = DataId::from("item".to_owned());
    if order.greets {
        greet(&mut node, &mut events, &output, order.receivers)?;
    }
    let mut credit = Credit { acked: vec![0; order.receivers], silent: Duration::ZERO };
    let mut sent = Vec::new();
    let begun = Instant::now();
    let mut start = begun;
    for number in 0..order.total {
        if order.rate > 0.0 {
            let due = begun + Duration::from_secs_f64(number as f64 / order.rate);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        if order.credit > 0 {
            let least = if number == order.warmup { number } else { number + 1 - order.credit };
            credit.wait(&mut events, least)?;
        }
        if number == order.warmup {
            credit.silent = Duration::ZERO;
            start = Instant::now();
        }
        sent.push(now());
        let item = &items[number as usize % PATTERNS];
        node.send_output_bytes(output.clone(), numbered(number), item.len(), item)?;
    }
    if order.credit > 0 {
        credit.wait(&mut events, order.total)?;
    }
    Ok(json!({ "seconds": (start.elapsed() - credit.silent).as_secs_f64(), "sent": sent }))
}

fn receive(order: &Order) -> Outcome<Value> {
    let (mut node, mut events) = DoraNode::init_from_env()?;
    let expected = patterns(order.bytes);
    let ack = DataId::from("ack".to_owned());
    let (mut arrived, mut inversions, mut last) = (Vec::new(), 0, GREETING);
    while let Some(event) = events.recv() {
        let Event::Input { metadata, data, .. } = event else { continue };
        let number = number_in(&metadata.parameters)?;
        if number != GREETING {
            arrived.push((number, now()));
            let bytes: &[u8] = (&data).try_into()?;
            if bytes != expected[number as usize % PATTERNS] {
                return Err(format!("item {number} is not what was sent").into());
            }
            inversions += u64::from(number < last);
            last = last.max(number);
        }
        drop(data);
        if order.credit > 0 || number == GREETING {
            node.send_output_bytes(ack.clone(), numbered(number), 1, &[0])?;
        }
    }
    Ok(json!({ "arrived": arrived, "inversions": inversions }))
}
