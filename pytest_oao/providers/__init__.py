"""Pure codecs of model APIs: what native requests and answers say in OpenTelemetry GenAI names."""
