module slipway.local/small

go 1.26.0
