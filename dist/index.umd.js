// Keys and a choice of many for the review panel; an open image is refreshed, and has its panel, in
// time and beside it; a page has the colours of its session.
// All that the App does not promise to have is asked for first; without it the buttons remain.
(function () {
  const operators = window.__foo__;
  const state = window.__fos__;
  const components = window.__fop__;
  const spaces = window.__fosp__;
  const parts = window.__mui__;
  const React = window.React;
  const recoil = window.recoil;
  if (!operators || !components || !spaces || !React) return;
  if (!operators.usePanelEvent || !spaces.usePanelId) return;

  // Samples as the App's own requests give them.
  function plain(value) {
    if (Array.isArray(value)) return value.map(plain);
    if (!value || typeof value !== "object") return value;
    if ("$oid" in value) return value.$oid;
    if ("$date" in value) return { _cls: "DateTime", datetime: new Date(value.$date).getTime() };
    const made = {};
    Object.keys(value).forEach((name) => (made[name] = plain(value[name])));
    return made;
  }

  const canRead = recoil && recoil.useRecoilValue && state && state.colorScheme;
  const canRefresh = canRead && recoil.useRecoilValueLoadable && state.modalSample && state.useRefreshSample;

  // Milliseconds. What the page is told within 100 ms is drawn together.
  const LOOK_AGAIN = 300;

  // The panel says how its image is now. What the page had asked for before may come after it, and
  // what the page is told may be drawn together with what it is told next: an older image is
  // refreshed whenever it is there.
  let newest = {};
  const timeOf = (sample) => (sample.last_modified_at || {}).datetime || 0;
  const isOlder = (one, other) => Boolean(one && other) && timeOf(one) < timeOf(other);

  function Refresh(props) {
    const { samples } = props.schema.view;
    const refresh = state.useRefreshSample();
    const { contents } = recoil.useRecoilValueLoadable(state.modalSample);
    const open = (contents || {}).sample;
    React.useEffect(() => {
      const known = newest;
      newest = {};
      samples.map(plain).forEach((sample) => {
        const before = known[sample._id];
        newest[sample._id] = isOlder(sample, before) ? before : sample;
        if (isOlder(before, sample)) refresh(sample);
      });
    }, [samples]);
    React.useEffect(() => {
      const newer = newest[(open || {})._id];
      if (isOlder(open, newer)) refresh(newer);
    }, [samples, open]);
    // While an image is being drawn, it forgets what it is told to draw next.
    const looker = state.modalLooker ? recoil.useRecoilValueLoadable(state.modalLooker).contents : null;
    React.useEffect(() => {
      if (!looker || !looker.updateSample) return;
      const watch = setInterval(() => {
        const newer = newest[(looker.sample || {}).id];
        if (isOlder(looker.sample, newer)) looker.updateSample(newer);
      }, LOOK_AGAIN);
      return () => clearInterval(watch);
    }, [looker]);
    return null;
  }

  // A page that is being loaded may go back to the colours that it was loaded with, and what a page
  // asked for may come when another one has colours again that the user took back.
  function Colors(props) {
    const { operator } = props.schema.view;
    const panel = spaces.usePanelId();
    const trigger = operators.usePanelEvent();
    const scheme = recoil.useRecoilValue(state.colorScheme);
    React.useEffect(() => {
      const isByKind = (scheme.fields || []).some((one) => one.colorByAttribute === "kind");
      trigger(panel, { operator, params: { by_kind: isByKind } });
    }, [scheme]);
    return null;
  }

  // An open image has its panels as tabs, of which one hides the other.
  const PANELS = state && state.constants && state.constants.FIFTYONE_MODAL_SPACES_ID;
  const canSplit = PANELS && spaces.useSpaces && spaces.useSpaceNodes && spaces.Layout;
  let isBeside = false;

  function Beside() {
    const panel = spaces.usePanelId();
    const { spaces: tree } = spaces.useSpaces(PANELS);
    const node = spaces.useSpaceNodes(PANELS).find((one) => one.id === panel);
    React.useEffect(() => {
      if (isBeside || !node || !node.parent) return;
      isBeside = true;
      if (tree.canSplitLayout(node.parent)) {
        tree.splitLayout(node.parent, spaces.Layout.Horizontal, node);
      }
    });
    return null;
  }

  function Keys(props) {
    const view = props.schema.view;
    const panel = spaces.usePanelId();
    const trigger = operators.usePanelEvent();
    const busy = React.useRef(false);
    React.useEffect(() => {
      function onKey(event) {
        const operator = (view.keys || {})[event.key];
        const isTyping = /INPUT|TEXTAREA|SELECT/.test(event.target.tagName);
        const isOther = event.ctrlKey || event.metaKey || event.altKey || event.repeat;
        // An open image has keys of its own.
        const isOpen = document.querySelector('[data-cy="modal"]');
        if (!operator || isTyping || isOther || isOpen || busy.current) return;
        event.preventDefault();
        event.stopPropagation();
        busy.current = true;
        const callback = () => (busy.current = false);
        trigger(panel, { operator, params: view.params, callback });
      }
      document.addEventListener("keydown", onKey, true);
      return () => document.removeEventListener("keydown", onKey, true);
    });
    return null;
  }

  // One of many, found by typing.
  function Choice(props) {
    const { label, choices, operator, place } = props.schema.view;
    const panel = spaces.usePanelId();
    const trigger = operators.usePanelEvent();
    function onChange(event, choice) {
      if (choice) trigger(panel, { operator, params: { place: { ...place, ...choice.changes } } });
    }
    return React.createElement(parts.Autocomplete, {
      "data-cy": "label-quality-choice",
      options: choices,
      size: "small",
      fullWidth: true,
      onChange,
      renderInput: (input) => React.createElement(parts.TextField, { ...input, label }),
    });
  }

  function register(name, component) {
    const type = components.PluginComponentType.Component;
    components.registerComponent({ name, label: name, component, type, activator: () => true });
  }
  register("LabelQualityKeys", Keys);
  register("LabelQualityChoice", parts && parts.Autocomplete && parts.TextField ? Choice : () => null);
  register("LabelQualityRefresh", canRefresh ? Refresh : () => null);
  register("LabelQualityColors", canRead ? Colors : () => null);
  register("LabelQualityBeside", canSplit ? Beside : () => null);

  // The first image that is opened gets the panels that are known then, and all later ones get these.
  // Where an address opens it, those in Python may become known too late: this one keeps the place.
  const MODAL_PANEL = "label_quality_modal";
  const { registerComponent, getByType, PluginComponentType } = components;
  const isKnown = (type) => getByType(type).some((one) => one.name === MODAL_PANEL);
  if (getByType && !isKnown(PluginComponentType.Panel)) {
    registerComponent({
      name: MODAL_PANEL,
      label: "Label quality",
      type: PluginComponentType.Panel,
      component: () => null,
      activator: () => true,
      panelOptions: { surfaces: "modal" },
    });
  }
})();
