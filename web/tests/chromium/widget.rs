//! The chat on a page of another site.

use crate::browser::Browser as Visitor;
use crate::devtools::Browser;
use crate::house::{self, House};
use crate::page::{self, Page};
use crate::site::Site;
use serde_json::{Value, json};

const QUESTION: &str = "When can a contributor claim earnings on chain?";

/// Notes what the chat tells its page, what a policy refused, and what went to the network.
const WATCH: &str = "
    window.told = []; window.violations = []; window.calls = [];
    addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective + ' ' + e.blockedURI));
    for (const name of ['open', 'ask', 'answer', 'cite', 'feedback'])
      addEventListener(name, (e) => e.detail && told.push([name, e.detail]), true);
    addEventListener('error', (e) => e.detail && told.push(['error', e.detail]), true);
    const real = window.fetch; window.fetch = (...a) => { calls.push(String(a[0])); return real(...a); };
";
/// Short ways into the first chat of a page.
const SHORT: &str = "
    window.chat = (n = 0) => document.querySelectorAll('footnote-chat')[n];
    window.part = (what, n = 0) => chat(n)?.shadowRoot?.querySelector(what);
    window.parts = (what, n = 0) => [...(chat(n)?.shadowRoot?.querySelectorAll(what) ?? [])];
";
const FORBIDDEN_STORAGE: &str = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });";

#[test]
fn a_chat_on_another_site() {
    let _alone = page::alone();
    let Some(program) = page::chromium() else { return };
    let Some(mut house) = house::ready() else { return };
    let key = public_key(&house);
    let script = |more: &str| {
        format!(
            "<script async src=\"{}/widget.js\" data-key=\"{}\"{more}></script>",
            house.url, key.0
        )
    };
    let head = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Shop</title>";
    let pages = vec![
        ("/", format!("{head}<h1>Shop</h1><p>Tea and maps.</p>{}", script(""))),
        (
            "/two",
            format!(
                "{head}<footnote-chat mode=\"inline\" id=\"a\"></footnote-chat><footnote-chat mode=\"inline\" id=\"b\" price strings='{{\"send\":\"Go!\"}}'></footnote-chat>{}",
                script("")
            ),
        ),
        (
            "/rtl",
            format!(
                "{}<h1>دكان</h1>{}",
                head.replace("lang=\"en\"", "lang=\"ar\" dir=\"rtl\""),
                script("")
            ),
        ),
        (
            "/framed",
            format!(
                "{head}<iframe sandbox=\"allow-scripts allow-same-origin\" src=\"{}/embed?key={}\"></iframe>",
                house.url, key.0
            ),
        ),
    ];
    let site = Site::open(pages, &house.url);
    allow(&house, &key, &site.origin);

    let mut browser = Browser::start(&program).expect("Chromium starts");
    asks_cites_rates_remembers_and_forgets(&mut browser, &house, &site);
    two_live_on_one_page(&mut browser, &site);
    right_to_left_and_full_screen_on_a_phone(&mut browser, &site);
    without_storage(&mut browser, &site);
    framed(&mut browser, &house, &site, &key.0);
    the_server_goes_and_comes_back(&mut browser, &mut house, &site);
}

/// A key without sites, its id, and a secret key of the same owner.
fn public_key(house: &House) -> (String, String, String) {
    let owner = Visitor::new(house);
    owner.sign_in_as("yun");
    owner.pay_in();
    let secret = owner.make_key(&[("kind", "secret"), ("name", "server")]);
    let (_, made) = house.call_as(&secret, "POST", "/v1/keys", Some(&terms(&[])));
    let text = |name: &str| made[name].as_str().expect("text").to_owned();
    (text("key"), text("id"), secret)
}

fn terms(origins: &[&str]) -> Value {
    json!({"kind": "public", "name": "shop", "origins": origins, "per_day": "5", "per_ip": "5",
           "per_visitor": "5", "over_limit": ""})
}

fn allow(house: &House, key: &(String, String, String), origin: &str) {
    let path = format!("/v1/keys/{}", key.1);
    let (status, body) = house.call_as(&key.2, "PUT", &path, Some(&terms(&[origin])));
    assert_eq!(status, 204, "{body}");
}

fn start<'b>(browser: &'b mut Browser, url: &str, before: &str) -> Page<'b> {
    let mut page = Page::new(browser, &format!("{WATCH}{SHORT}{before}"));
    page.open(url);
    page.wait("!!part('.panel')");
    page
}

fn asked(page: &mut Page<'_>, n: u32, question: &str) {
    let question = json!(question);
    page.run(&format!(
        "part('textarea', {n}).value = {question}; part('form', {n}).requestSubmit(); true"
    ));
}

fn asks_cites_rates_remembers_and_forgets(browser: &mut Browser, house: &House, site: &Site) {
    let mut page = start(browser, &site.origin, "");
    // Nothing is stored, asked or sent before it is opened.
    assert_eq!(page.run("localStorage.length + document.cookie.length + calls.length"), 0);
    assert_eq!(page.run("part('.panel').hidden"), true);
    page.shoot("widget-closed");
    page.run("part('.launcher').click(); true");
    page.wait("parts('.proposal').length > 0");
    assert_eq!(page.run("chat().shadowRoot.activeElement === part('textarea')"), true);
    page.shoot("widget-open");
    asked(&mut page, 0, QUESTION);
    page.wait("told.some(([name]) => name === 'answer')");
    assert_eq!(page.run("told.map(([name]) => name).join(' ')"), "open ask answer");
    assert_eq!(page.run("told.at(-1)[1].outcome"), "answered");

    // One announcement for each sentence, and none for anything else.
    let sentences = page.run("parts('.said span.fresh, .said li.fresh, .said pre .fresh').length");
    assert!(sentences.as_u64() > Some(0));
    assert_eq!(page.run("parts('.spoken[aria-live] p').length"), sentences);
    assert_eq!(page.run("part('.log').getAttribute('aria-live')"), Value::Null);
    assert_eq!(page.run("parts('.price').length"), 0, "the price is not for visitors");

    page.run("part('.fn').click(); true");
    assert_eq!(page.run("part('.fn').getAttribute('aria-expanded')"), "true");
    let href = page.run("part('.card a').href");
    let href = href.as_str().expect("an address").to_owned();
    assert!(href.starts_with(&format!("{}/documents/0x", house.url)), "{href}");
    let quote = page.run("part('.card mark').textContent");
    let (status, document) =
        house.page(href.trim_start_matches(&house.url).split('#').next().expect("a path"));
    assert_eq!(status, 200);
    assert!(document.contains("<mark"), "the passage is highlighted: {quote}");
    assert_eq!(page.run("told.at(-1)[0]"), "cite");
    page.shoot("widget-answer");

    page.run("part('.fn').click(); true");
    assert_eq!(page.run("parts('.card').length"), 0, "the numeral closes what it opened");

    page.run("parts('[aria-pressed]')[0].click(); true");
    page.wait("told.at(-1)[0] === 'feedback' && part('.foot [role=status]').textContent !== ''");

    // The same words after a reload, from the server; asked and charged once.
    let said = page.run("part('.said').textContent");
    let id = page.run("told.find(([name]) => name === 'answer')[1].id");
    page.open(&site.origin);
    page.wait("!!part('.launcher')");
    page.run("part('.launcher').click(); true");
    page.wait("parts('[aria-pressed]').length === 2");
    assert_eq!(page.run("part('.said').textContent"), said);
    assert_eq!(page.run("calls.filter((one) => one.endsWith('/answers')).length"), 0);

    page.run("part('[part=forget]').click(); true");
    page.wait("!part('.confirm').hidden");
    page.run("part('.confirm button').click(); true");
    page.wait("localStorage.length === 0");
    let id = id.as_str().expect("an id");
    assert_eq!(house.get(&format!("/v1/answers/{id}")).0, 410, "it is gone from the server");
    assert_eq!(page.run("violations.join()"), "", "the policy had nothing to refuse");
    page.run("part('.panel').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })); true");
    assert_eq!(
        page.run("part('.panel').hidden && chat().shadowRoot.activeElement === part('.launcher')"),
        true
    );
    page.close();
}

fn two_live_on_one_page(browser: &mut Browser, site: &Site) {
    let mut page = start(browser, &format!("{}/two", site.origin), "");
    assert_eq!(page.run("document.querySelectorAll('footnote-chat').length"), 2);
    assert_eq!(page.run("localStorage.length"), 0, "inline chats store nothing before their use");
    assert_eq!(page.run("part('.send', 1).textContent"), "Go!");
    asked(&mut page, 0, QUESTION);
    asked(&mut page, 1, "What is a Datanet?");
    page.wait("told.filter(([name]) => name === 'answer').length === 2");
    assert_eq!(page.run("parts('.turn', 0).length + parts('.turn', 1).length"), 2);
    assert_eq!(page.run("localStorage.length"), 2, "each keeps its own");
    assert_ne!(page.run("part('.said', 0).textContent"), page.run("part('.said', 1).textContent"));
    assert_eq!(page.run("parts('.price', 0).length * 10 + parts('.price', 1).length"), 1);
    assert_eq!(page.run("violations.join()"), "");
    page.run("localStorage.clear(); true");
    page.shoot("widget-two");
    page.close();
}

fn right_to_left_and_full_screen_on_a_phone(browser: &mut Browser, site: &Site) {
    let mut page = start(browser, &format!("{}/rtl", site.origin), "");
    assert_eq!(page.run("part('.launcher').getBoundingClientRect().right < innerWidth / 2"), true);
    page.run("part('.launcher').click(); true");
    assert_eq!(page.run("part('.panel').getBoundingClientRect().right < innerWidth / 2"), true);
    page.size(390, 844, "dark");
    page.wait("part('.panel').getBoundingClientRect().width === innerWidth");
    assert_eq!(page.run("part('.panel').getBoundingClientRect().height === innerHeight"), true);
    let paper = "getComputedStyle(part('.panel')).backgroundColor";
    assert_eq!(page.run(paper), "rgb(23, 22, 19)", "dark by itself");
    page.run("chat().style.setProperty('--fn-paper', 'rgb(1, 2, 3)'); true");
    assert_eq!(page.run(paper), "rgb(1, 2, 3)");
    page.run("chat().style.removeProperty('--fn-paper'); true");
    page.shoot("widget-rtl");
    page.run("localStorage.clear(); true");
    page.close();
}

fn without_storage(browser: &mut Browser, site: &Site) {
    let mut page = start(browser, &site.origin, FORBIDDEN_STORAGE);
    page.run("part('.launcher').click(); true");
    asked(&mut page, 0, QUESTION);
    page.wait("told.some(([name]) => name === 'answer')");
    assert!(page.run("part('.said').textContent.length").as_u64() > Some(20));
    page.close();
}

fn framed(browser: &mut Browser, house: &House, site: &Site, key: &str) {
    let address = format!("{}/embed?key={key}", house.url);
    let reply = house.client().get(&address).send().expect("a reply");
    let header = |name: &str| {
        reply.headers().get(name).map(|value| value.to_str().expect("text").to_owned())
    };
    let policy = header("content-security-policy").expect("a policy");
    assert!(policy.contains(&format!("frame-ancestors 'self' {}", site.origin)), "{policy}");
    assert!(!policy.contains("unsafe") && header("x-frame-options").is_none());
    let mut page = start(browser, &address, "");
    asked(&mut page, 0, QUESTION);
    page.wait("told.some(([name]) => name === 'answer')");
    page.shoot("widget-embed");
    page.run("localStorage.clear(); true");
    page.open(&format!("{}/framed", site.origin));
    assert_eq!(page.run("violations.join()"), "");
    page.close();
}

fn the_server_goes_and_comes_back(browser: &mut Browser, house: &mut House, site: &Site) {
    let mut page = start(browser, &site.origin, "");
    page.run("part('.launcher').click(); true");
    page.wait("parts('.proposal').length > 0");
    house.kill();
    asked(&mut page, 0, QUESTION);
    page.wait("part('.steps').textContent.includes('connection was lost')");
    house.serve_again();
    page.wait("told.some(([name]) => name === 'answer')");
    assert_eq!(page.run("told.filter(([name]) => name === 'answer').length"), 1);
    assert_eq!(page.run("told.some(([name]) => name === 'error')"), false);
    page.run("localStorage.clear(); true");
    page.close();
}
