//! Photos of every kind, good and bad: a result or a sentence, never a dead worker.

use super::{Harness, Outcome, Test, inside, lab, passed};
use crate::browser::{Browser, Page, Viewport};
use anyhow::{Context, Result, ensure};

pub const TESTS: &[Test] = &[
    ("inside_bad_pictures_get_a_sentence", bad_pictures_get_a_sentence),
    ("inside_unusual_pictures_work", unusual_pictures_work),
    ("inside_a_dropped_picture_is_taken", a_dropped_picture_is_taken),
    ("inside_the_camera_takes_a_picture", the_camera_takes_a_picture),
];

fn bad_pictures_get_a_sentence(h: &Harness) -> Result<Outcome> {
    let page = inside::open(h, "backend=cpu", Viewport::LAPTOP)?;
    let photo = inside::data(&page, "photo")?;
    for (file, words) in
        [("empty.jpg", "empty"), ("text.jpg", "not a picture"), ("huge.png", "20000 x 20000"), ("photo.heic", "HEIC")]
    {
        page.set_files("#photo-file", &[&inside::picture(file)])?;
        page.wait_until(
            &format!("document.getElementById('inside-notices').innerText.replaceAll(',', '').includes('{words}')"),
            lab::ANSWER,
        )
        .with_context(|| format!("{file}: the page says “{}”", inside::notices(&page)))?;
        ensure!(inside::data(&page, "photo")? == photo, "{file}: the photo before is lost");
    }
    alive(&page)
}

/// Another sample still goes through the network.
fn alive(page: &Page) -> Result<Outcome> {
    let before = inside::computed(page)?;
    page.click("#sample-1")?;
    inside::wait_computed(page, before + 1)?;
    passed()
}

fn unusual_pictures_work(h: &Harness) -> Result<Outcome> {
    let page = inside::open(h, "backend=cpu", Viewport::LAPTOP)?;
    for (file, size) in [
        ("cmyk.jpg", "96 x 64"),
        // Lying on its side, and turned as its EXIF data says.
        ("turned.jpg", "64 x 96"),
        ("animated.gif", "40 x 30"),
        ("sixteen-bit.png", "64 x 48"),
        ("one-pixel.png", "1 x 1"),
    ] {
        let before = inside::computed(&page)?;
        page.set_files("#photo-file", &[&inside::picture(file)])?;
        inside::wait_computed(&page, before + 1).with_context(|| file.to_owned())?;
        ensure!(inside::data(&page, "photo")? == file, "{file} is not shown");
        page.wait_for_text(size).with_context(|| format!("{file} should have {size} pixels"))?;
    }
    // Turned by a quarter, red is above blue.
    page.set_files("#photo-file", &[&inside::picture("turned.jpg")])?;
    page.wait_until("document.getElementById('inside-lab').dataset.photo === 'turned.jpg'", lab::ANSWER)?;
    let script = "(() => { const c = document.querySelector('#photo-picture canvas'), g = c.getContext('2d'); \
        const at = y => [...g.getImageData(c.width / 2, c.height * y, 1, 1).data]; return [at(0.1), at(0.9)]; })()";
    page.wait_until(&format!("{script}[0][0] > 150"), lab::ANSWER)?;
    let found = page.eval(script)?;
    let (top, bottom) = (&found[0], &found[1]);
    ensure!(top[0].as_u64() > top[2].as_u64() && bottom[2].as_u64() > bottom[0].as_u64(), "top {top}, bottom {bottom}");
    alive(&page)
}

fn a_dropped_picture_is_taken(h: &Harness) -> Result<Outcome> {
    let page = inside::open(h, "backend=cpu", Viewport::LAPTOP)?;
    for (how, name) in [("drop", "dropped.png"), ("paste", "pasted.png")] {
        let before = inside::computed(&page)?;
        page.eval(&format!("({GIVE})('{how}', '{name}')"))?;
        inside::wait_computed(&page, before + 1).with_context(|| how.to_owned())?;
        ensure!(
            inside::data(&page, "photo")?.contains(name.trim_end_matches(".png")),
            "{how}: {}",
            inside::data(&page, "photo")?
        );
    }
    passed()
}

/// Makes a picture and gives it to the page as a drop or a paste.
const GIVE: &str = "async (how, name) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 60, height: 40 });
    canvas.getContext('2d').fillRect(10, 10, 20, 20);
    const blob = await new Promise(resolve => canvas.toBlob(resolve));
    const data = new DataTransfer();
    data.items.add(new File([blob], name, { type: 'image/png' }));
    const event = how === 'drop'
        ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
        : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
}";

fn the_camera_takes_a_picture(h: &Harness) -> Result<Outcome> {
    // A browser of its own, whose camera shows a moving test picture and needs no permission.
    let browser = Browser::launch_with(&[
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--use-webgpu-adapter=swiftshader",
    ])?;
    let page = browser.page(Viewport::PHONE)?;
    page.goto(&h.url("inside?backend=cpu"))?;
    inside::wait_computed(&page, 1)?;
    page.click("#camera-open")?;
    page.wait_for("#camera-take")?;
    page.wait_until("!document.querySelector('#camera-take').disabled", lab::ANSWER)?;
    let before = inside::computed(&page)?;
    page.click("#camera-take")?;
    inside::wait_computed(&page, before + 1)?;
    ensure!(page.problems().is_empty(), "problems: {:?}", page.problems());
    passed()
}
