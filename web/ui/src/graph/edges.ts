interface Point {
  x: number;
  y: number;
}

/** An SVG path through the server's points with rounded corners. */
export function roundedPath(points: Point[], radius = 10): string {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return "";
  let path = `M${first.x},${first.y}`;
  for (let i = 1; i < points.length - 1; i++) {
    const a = points[i - 1] as Point;
    const b = points[i] as Point;
    const c = points[i + 1] as Point;
    const inLength = Math.hypot(b.x - a.x, b.y - a.y);
    const outLength = Math.hypot(c.x - b.x, c.y - b.y);
    const r = Math.min(radius, inLength / 2, outLength / 2);
    if (r < 0.5) {
      path += `L${b.x},${b.y}`;
      continue;
    }
    const enter = { x: b.x - ((b.x - a.x) / inLength) * r, y: b.y - ((b.y - a.y) / inLength) * r };
    const leave = { x: b.x + ((c.x - b.x) / outLength) * r, y: b.y + ((c.y - b.y) / outLength) * r };
    path += `L${enter.x},${enter.y}Q${b.x},${b.y} ${leave.x},${leave.y}`;
  }
  return `${path}L${last.x},${last.y}`;
}
