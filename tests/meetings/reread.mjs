// Reads calendars as ical.js understands them: a JSON list of texts in, what they say out.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { default: ICAL } = await import(pathToFileURL(process.argv[2]).href);

function read(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(zone);
  }
  return {
    names: calendar.getAllProperties().map((property) => property.name),
    parts: calendar.getAllSubcomponents().map((part) => part.name),
    method: calendar.getFirstPropertyValue("method"),
    zones: calendar
      .getAllSubcomponents("vtimezone")
      .map((zone) => zone.getAllSubcomponents().map((part) => part.name)),
    events: calendar.getAllSubcomponents("vevent").map(readEvent),
  };
}

function readEvent(component) {
  const event = new ICAL.Event(component);
  const attendees = event.attendees.map((attendee) => ({
    address: attendee.getFirstValue(),
    name: attendee.getParameter("cn"),
    partstat: attendee.getParameter("partstat"),
    rsvp: attendee.getParameter("rsvp"),
  }));
  const organizer = component.getFirstProperty("organizer");
  return {
    names: component.getAllProperties().map((property) => property.name),
    uid: event.uid,
    sequence: event.sequence,
    start: event.startDate.toUnixTime(),
    end: event.endDate.toUnixTime(),
    summary: event.summary,
    place: event.location,
    description: event.description,
    status: component.getFirstPropertyValue("status"),
    organizer: organizer && organizer.getFirstValue(),
    organizer_name: organizer && organizer.getParameter("cn"),
    attendees,
  };
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(read)));
