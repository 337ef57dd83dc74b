//! Lines over steps, with axes, a legend, and a read-out under the pointer or the arrow keys.

use super::downsample::extremes;
use super::scale::{Scale, Spread, nice_ceiling, nice_step};
use crate::app::erase;
use crate::app::order::largest_first;
use crate::app::words;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

/// No line is drawn with more points than this.
const MOST_POINTS: usize = 400;
const HEIGHT: f64 = 232.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 40.0;

/// One line: its name in the legend, its class in the style sheet, its points as (step, value).
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub name: String,
    pub class: &'static str,
    pub points: Vec<(f64, f64)>,
    /// Few points that were measured at one moment each: marked with dots.
    pub dots: bool,
}

/// Everything that is drawn, in pixels.
#[derive(Clone, PartialEq)]
struct Drawn {
    width: f64,
    x: Scale,
    y: Scale,
    x_ticks: Vec<(f64, String)>,
    y_ticks: Vec<(f64, String)>,
    lines: Vec<(&'static str, String)>,
    dots: Vec<(&'static str, f64, f64)>,
}

/// The y axis for given lowest and highest values: how it is spread, and where it starts and ends.
pub type Axis = fn(f64, f64) -> (Spread, f64, f64);

/// A line's name, its style class, and its value.
type ReadOut = (String, &'static str, f64);

/// What lies along the x axis.
#[derive(Clone, Copy)]
pub enum Along {
    /// Training steps, of which an epoch has so many.
    Steps(Signal<usize>),
    Epochs,
}

impl Along {
    fn unit(self) -> &'static str {
        match self {
            Self::Steps(_) => "training step",
            Self::Epochs => "epoch",
        }
    }

    /// The axis is at least so long.
    fn least(self) -> f64 {
        match self {
            Self::Steps(_) => 10.0,
            Self::Epochs => 2.0,
        }
    }

    fn place_in_words(self, x: f64) -> String {
        match self {
            Self::Steps(per_epoch) => {
                let epoch = x / per_epoch.get().max(1) as f64;
                format!("Step {} (epoch {epoch:.2})", words::count(x as usize))
            }
            Self::Epochs if x.fract() == 0.0 => format!("Epoch {x:.0}"),
            Self::Epochs => format!("Epoch {x:.2}"),
        }
    }
}

/// A line chart over training steps or epochs. `format` writes a value with its unit; `detail` is the other view of the
/// y axis that a button offers: its label, and the axis given all values.
#[component]
pub fn LineChart(
    title: &'static str,
    /// Written along the y axis.
    unit: &'static str,
    series: Signal<Vec<Series>>,
    along: Along,
    /// Places along the x axis that are marked with a number.
    marks: Signal<Vec<(f64, usize)>>,
    format: fn(f64) -> String,
    /// The y axis given the lowest and the highest value.
    axis: Axis,
    detail: (&'static str, Axis),
) -> impl IntoView {
    let plot = NodeRef::<html::Div>::new();
    let width = RwSignal::new(560.0);
    let detailed = RwSignal::new(false);
    let cursor = RwSignal::new(None::<f64>);
    observe_width(plot, width);

    let drawn = erase::memo(move || {
        let axis = if detailed.get() { detail.1 } else { axis };
        series.with(|series| draw(series, width.get(), along.least(), axis))
    });
    let read_out = erase::memo(move || {
        let step = cursor.get()?;
        series.with(|series| read_at(series, step))
    });
    let place_from_pointer = move |event: web_sys::PointerEvent| {
        if let Some(plot) = plot.get_untracked() {
            let x = f64::from(event.client_x()) - plot.get_bounding_client_rect().left();
            cursor.set(Some(drawn.with_untracked(|d| d.x.value(x)).max(0.0)));
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let steps: Vec<f64> = series.with_untracked(|series| all_steps(series));
        let Some(last) = steps.len().checked_sub(1) else { return };
        let here = cursor.get_untracked().map(|x| steps.partition_point(|s| *s < x).min(last));
        let stride = if event.shift_key() { 10 } else { 1 };
        let next = match event.key().as_str() {
            "ArrowRight" => here.map_or(0, |i| (i + stride).min(last)),
            "ArrowLeft" => here.map_or(last, |i| i.saturating_sub(stride)),
            "Home" => 0,
            "End" => last,
            "Escape" => {
                cursor.set(None);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        cursor.set(Some(steps[next]));
    };
    let sentence = move || {
        let Some((step, values)) = read_out.get() else {
            return if series.with(|s| s.iter().all(|s| s.points.is_empty())) {
                "Points appear here as soon as training starts.".to_owned()
            } else {
                "Point at the plot, or focus it and use the arrow keys, to read values.".to_owned()
            };
        };
        let values: Vec<String> = values.iter().map(|(name, _, v)| format!("{name} {}", format(*v))).collect();
        format!("{}: {}", along.place_in_words(step), values.join(", "))
    };

    view! {
        <figure class="chart">
            <figcaption class="chart-head">
                <span class="chart-title">{title}</span>
                <ul class="chart-legend" aria-label=format!("Lines of {title}")>
                    {erase::view(move || {
                        series.with(|s| s.iter().map(|s| view! { <li class=s.class>{s.name.clone()}</li> }).collect_view().into_any())
                    })}
                </ul>
                <button
                    type="button"
                    class="button quiet small"
                    aria-pressed=erase::text(move || detailed.get().to_string())
                    on:click=erase::click(move |_| detailed.update(|d| *d = !*d))
                >
                    {detail.0}
                </button>
            </figcaption>
            <div
                class="chart-plot"
                node_ref=plot
                tabindex="0"
                role="application"
                aria-label=format!("{title} over the {}s. Left and right arrow keys read values; a table is below.", along.unit())
                on:pointermove=erase::pointer(place_from_pointer)
                on:pointerdown=erase::pointer(place_from_pointer)
                on:pointerleave=erase::pointer(move |_| cursor.set(None))
                on:keydown=erase::key(on_key)
            >
                {erase::view(move || svg(&drawn.get(), unit, along.unit()).into_any())}
                {erase::maybe(move || {
                    let marks = marks.get();
                    (!marks.is_empty()).then(|| drawn.with(|d| marked(d, &marks)).into_any())
                })}
                {erase::maybe(move || {
                    let (step, values) = read_out.get()?;
                    Some(drawn.with(|d| crosshair(d, step, &values)).into_any())
                })}
            </div>
            <p class="chart-read-out" aria-live="polite">{erase::text(sentence)}</p>
        </figure>
    }
    .into_any()
}

fn svg(d: &Drawn, unit: &'static str, x_unit: &'static str) -> impl IntoView + use<> {
    let (right, bottom) = (d.width - RIGHT, HEIGHT - BOTTOM);
    let y_ticks = d.y_ticks.clone();
    let x_ticks = d.x_ticks.clone();
    view! {
        <svg width=d.width height=HEIGHT viewBox=format!("0 0 {} {HEIGHT}", d.width) aria-hidden="true">
            {y_ticks.into_iter().map(|(y, label)| view! {
                <line class="grid" x1=LEFT x2=right y1=y y2=y />
                <text class="tick" x=LEFT - 8.0 y=y + 4.0 text-anchor="end">{label}</text>
            }).collect_view()}
            {x_ticks.into_iter().map(|(x, label)| view! {
                <line class="mark" x1=x x2=x y1=bottom y2=bottom + 5.0 />
                <text class="tick" x=x y=bottom + 18.0 text-anchor="middle">{label}</text>
            }).collect_view()}
            <line class="axis" x1=LEFT x2=right y1=bottom y2=bottom />
            <text class="unit" x=(LEFT + right) / 2.0 y=HEIGHT - 5.0 text-anchor="middle">{x_unit}</text>
            <text class="unit" transform=format!("translate(11 {}) rotate(-90)", (TOP + bottom) / 2.0) text-anchor="middle">{unit}</text>
            {d.lines.iter().map(|(class, path)| view! { <path class=format!("line {class}") d=path.clone() /> }).collect_view()}
            {d.dots.iter().map(|&(class, x, y)| view! { <circle class=format!("dot {class}") cx=x cy=y r="3.2" /> }).collect_view()}
        </svg>
    }
}

/// A line with a number at each place.
fn marked(d: &Drawn, marks: &[(f64, usize)]) -> impl IntoView + use<> {
    let marks: Vec<(f64, usize)> = marks.iter().map(|(at, number)| (d.x.pixel_inside(*at), *number)).collect();
    view! {
        <svg class="chart-cursor" width=d.width height=HEIGHT aria-hidden="true">
            {marks.into_iter().map(|(x, number)| view! {
                <line class="verdict-line" x1=x x2=x y1=TOP y2=HEIGHT - BOTTOM />
                <circle class="verdict-disc" cx=x cy=TOP + 9.0 r="8" />
                <text class="verdict-number" x=x y=TOP + 13.0 text-anchor="middle">{number}</text>
            }).collect_view()}
        </svg>
    }
}

fn crosshair(d: &Drawn, step: f64, values: &[ReadOut]) -> impl IntoView + use<> {
    let x = d.x.pixel_inside(step);
    let dots: Vec<(&'static str, f64)> = values.iter().map(|(_, class, v)| (*class, d.y.pixel_inside(*v))).collect();
    view! {
        <svg class="chart-cursor" width=d.width height=HEIGHT aria-hidden="true">
            <line class="crosshair" x1=x x2=x y1=TOP y2=HEIGHT - BOTTOM />
            {dots.into_iter().map(|(class, y)| view! { <circle class=format!("dot {class}") cx=x cy=y r="4.5" /> }).collect_view()}
        </svg>
    }
}

fn draw(series: &[Series], width: f64, least: f64, axis: fn(f64, f64) -> (Spread, f64, f64)) -> Drawn {
    let all = || series.iter().flat_map(|s| s.points.iter()).filter(|(_, v)| v.is_finite());
    let last = all().map(|p| p.0).fold(0.0, f64::max);
    let (low, high) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| (l.min(p.1), h.max(p.1)));
    let (spread, low, high) = if low > high { axis(0.1, 1.0) } else { axis(low, high) };
    let x = Scale::linear((0.0, last.max(least)), (LEFT, width - RIGHT));
    let y = Scale { spread, domain: (low, high), range: (HEIGHT - BOTTOM, TOP) };
    let x_wanted = if width < 420.0 { 4 } else { 7 };
    let x_step = nice_step(last.max(least), x_wanted);
    let y_step = if spread == Spread::Linear { nice_step(high - low, 5) } else { 0.0 };
    let y_label = |v: f64| match spread {
        Spread::Linear => words::tick(v, y_step),
        // There is room for four digits beside the unit.
        Spread::Logarithmic if v >= 1e4 => format!("{v:e}"),
        Spread::Logarithmic => format!("{v}"),
    };
    let points = |s: &Series| -> Vec<(f64, f64)> {
        let finite: Vec<(f64, f64)> = s.points.iter().copied().filter(|p| p.1.is_finite()).collect();
        extremes(&finite, MOST_POINTS).iter().map(|p| (x.pixel(p.0), y.pixel_inside(p.1))).collect()
    };
    Drawn {
        width,
        x_ticks: x.ticks(x_wanted).into_iter().map(|v| (x.pixel(v), words::tick(v, x_step))).collect(),
        y_ticks: y.ticks(5).into_iter().map(|v| (y.pixel(v), y_label(v))).collect(),
        lines: series.iter().map(|s| (s.class, path(&points(s)))).collect(),
        dots: series
            .iter()
            .filter(|s| s.dots)
            .flat_map(|s| points(s).into_iter().map(|p| (s.class, p.0, p.1)))
            .collect(),
        x,
        y,
    }
}

fn path(points: &[(f64, f64)]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(points.len() * 14);
    for (i, (x, y)) in points.iter().enumerate() {
        // Writing to a String cannot fail.
        write!(text, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' }).ok();
    }
    text
}

/// Every step at which something was measured, in order.
fn all_steps(series: &[Series]) -> Vec<f64> {
    // Negative, so that the largest is the first step.
    let keys: Vec<f64> = series.iter().flat_map(|s| s.points.iter().map(|p| -p.0)).collect();
    let mut steps: Vec<f64> = largest_first(&keys).into_iter().map(|place| -keys[place]).collect();
    steps.dedup();
    steps
}

/// The step nearest to `step`, and for every line its nearest value: `(name, class, value)`.
fn read_at(series: &[Series], step: f64) -> Option<(f64, Vec<ReadOut>)> {
    let nearest = |points: &[(f64, f64)]| -> Option<(f64, f64)> {
        points.iter().copied().min_by(|a, b| (a.0 - step).abs().total_cmp(&(b.0 - step).abs()))
    };
    let step = series
        .iter()
        .filter_map(|s| nearest(&s.points))
        .map(|p| p.0)
        .min_by(|a, b| (a - step).abs().total_cmp(&(b - step).abs()))?;
    Some((step, series.iter().filter_map(|s| nearest(&s.points).map(|p| (s.name.clone(), s.class, p.1))).collect()))
}

/// Follows the width of an element.
fn observe_width(element: NodeRef<html::Div>, width: RwSignal<f64>) {
    erase::effect(move || {
        let Some(element) = element.get() else { return };
        let measured = element.clone();
        let callback = Closure::<dyn Fn()>::new(move || {
            let now = f64::from(measured.client_width());
            if now > 0.0 && width.try_get_untracked().is_some_and(|old| old != now) {
                width.set(now);
            }
        });
        if let Ok(observer) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            observer.observe(&element);
            let kept = StoredValue::new_local(Some((observer, callback)));
            on_cleanup(move || {
                if let Some((observer, _callback)) = kept.try_update_value(Option::take).flatten() {
                    observer.disconnect();
                }
            });
        }
    });
}

/// From zero to a round number.
pub fn from_zero(_low: f64, high: f64) -> (Spread, f64, f64) {
    (Spread::Linear, 0.0, nice_ceiling(high, 5))
}

/// Logarithmic, over all values.
pub fn logarithmic(low: f64, high: f64) -> (Spread, f64, f64) {
    let low = low.max(1e-6);
    (Spread::Logarithmic, low * 0.9, (high * 1.1).max(low * 2.0))
}
