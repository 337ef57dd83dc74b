use receptive::data::{Rgb, texture};
/// Writes one large picture of all classes, to be looked at: `TEXTURES=sheet.png cargo test --test textures sheet`.
#[test]
fn sheet() {
    let Some(path) = std::env::var_os("TEXTURES") else { return };
    let sheet = image::RgbImage::from_fn(6 * 224, 6 * 224, |x, y| {
        thread_local!(static CACHE: std::cell::RefCell<std::collections::HashMap<(u32, u32), Rgb>> = Default::default());
        CACHE.with_borrow_mut(|cache| {
            let key = (x / 224, y / 224);
            let picture = cache.entry(key).or_insert_with(|| texture(key.1 as usize, 1, key.0));
            let at = ((y % 224 * 224 + x % 224) * 3) as usize;
            image::Rgb([picture.pixels[at], picture.pixels[at + 1], picture.pixels[at + 2]])
        })
    });
    sheet.save(path).unwrap();
}
