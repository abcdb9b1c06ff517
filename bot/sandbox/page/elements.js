// Makes elements. Text only ever becomes text: nothing here, or anywhere, parses markup.

/** An element with properties, `data-` and ARIA attributes, and children (nodes or strings). */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name in made && !name.includes("-")) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** A small picture, drawn by one path; `label` is what a screen reader says, none hides it. */
export function icon(path, label) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else svg.setAttribute("aria-hidden", "true");
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", path);
  svg.append(drawn);
  return svg;
}

export const ICONS = {
  silent: "M4 3 3 4l4 4c-.6 1-1 2.300-1 3.500V16l-2 2h13l3 3 1-1zm8-1c-.8 0-1.500.7-1.500 1.500v.7c-.8.2-1.600.500-2.300 1L18 15v-3.500c0-3-1.800-5.500-4.500-6.300v-.7C13.500 2.700 12.800 2 12 2zm-2 18a2 2 0 0 0 4 0z",
  protected: "M12 2a5 5 0 0 0-5 5v3H5v12h14V10h-2V7a5 5 0 0 0-5-5zm-3 8V7a3 3 0 0 1 6 0v3z",
  file: "M6 2h8l5 5v15H6zm7 1.500V8h4.500z",
};

export const byId = (id) => document.getElementById(id);
