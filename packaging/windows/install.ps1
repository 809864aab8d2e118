<#
Installs or upgrades Ancheng as a task that starts with Windows. Needs no network. Data is never touched here.
  powershell -ExecutionPolicy Bypass -File .\install.ps1                     this machine only, http://localhost:8480
  powershell -ExecutionPolicy Bypass -File .\install.ps1 -Name HOST,IP       for the office: https, with a certificate
                                                                             authority of its own
#>
param(
  [string[]]$Name = @(),
  [int]$Port = 0,
  [string]$Program = (Join-Path $env:ProgramFiles 'Ancheng'),
  [string]$Data = (Join-Path $env:ProgramData 'Ancheng')
)
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Stop-Refused([string]$Zh, [string]$En) {
  Write-Host "✗ $Zh" -ForegroundColor Red
  Write-Host "  $En" -ForegroundColor Red
  exit 3
}

function Invoke-Ancheng([string]$Root, [string[]]$Arguments) {
  $node = Join-Path $Root 'node_modules\node\bin\node.exe'
  & $node (Join-Path $Root 'bin\ancheng.js') @Arguments
  if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

# -File hands "a,b" over as one text.
$Name = @($Name | ForEach-Object { $_ -split ',' } | ForEach-Object { $_.Trim() } | Where-Object { $_ -ne '' })

$principal = New-Object Security.Principal.WindowsPrincipal ([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
  Stop-Refused '請以系統管理員身分開啟 PowerShell 再執行。' 'Open PowerShell as administrator and run it again.'
}
if (-not [Environment]::Is64BitOperatingSystem -or [Environment]::OSVersion.Version.Build -lt 17763) {
  Stop-Refused '需要 64 位元的 Windows 10 1809、Windows Server 2019 或更新版本。' `
    'Windows 10 1809, Windows Server 2019 or later is needed, 64 bits.'
}

foreach ($line in [IO.File]::ReadLines((Join-Path $PSScriptRoot 'SHA256SUMS'))) {
  $file = Join-Path $PSScriptRoot $line.Substring(66)
  if (-not (Test-Path -LiteralPath $file) -or
      (Get-FileHash -LiteralPath $file -Algorithm SHA256).Hash -ne $line.Substring(0, 64)) {
    Stop-Refused "安裝包不完整或遭更動：$file" "The package is not whole, or was altered: $file"
  }
}

# The database was built with Microsoft's compiler and needs its runtime, which not every Windows has.
$system = Join-Path $env:SystemRoot 'System32'
$missing = @('vcruntime140.dll', 'vcruntime140_1.dll', 'msvcp140.dll') |
  Where-Object { -not (Test-Path (Join-Path $system $_)) }
if ($missing) {
  $redistributable = Join-Path $PSScriptRoot 'vc_redist.x64.exe'
  if (-not (Test-Path -LiteralPath $redistributable)) {
    Stop-Refused "缺少 Microsoft Visual C++ 執行階段（$($missing -join '、')）。請將 vc_redist.x64.exe 放在本資料夾後再執行。" `
      "The Microsoft Visual C++ runtime is missing ($($missing -join ', ')). Put vc_redist.x64.exe into this folder and run it again."
  }
  $setup = Start-Process -FilePath $redistributable -ArgumentList '/install', '/quiet', '/norestart' -Wait -PassThru
  if ($setup.ExitCode -notin 0, 1638, 3010) {
    Stop-Refused "Visual C++ 執行階段安裝失敗（$($setup.ExitCode)）。" "Installing the Visual C++ runtime failed ($($setup.ExitCode))."
  }
}

$upgrade = Test-Path -LiteralPath (Join-Path $Data 'service.json')
if ($upgrade -and (Test-Path -LiteralPath (Join-Path $Program 'bin\ancheng.js'))) {
  Invoke-Ancheng $Program @('service', 'stop', '--data', $Data)
}

# Mirrored, so that files of the former release are gone; robocopy says 8 and above for failures.
& robocopy $PSScriptRoot $Program /MIR /NFL /NDL /NJH /NJS /NP /R:3 /W:2 | Out-Null
if ($LASTEXITCODE -ge 8) {
  Stop-Refused "複製程式到 $Program 失敗。" "Copying the program to $Program failed."
}
Get-ChildItem -LiteralPath $Program -Recurse -File | Unblock-File

$service = @('service', 'install', '--data', $Data)
if ($Name.Count -gt 0) {
  $certificate = @('certificate', 'own', '--data', $Data)
  foreach ($one in $Name) { $certificate += @('--name', $one) }
  Invoke-Ancheng $Program $certificate
  if ($Port -eq 0) { $Port = 443 }
  $service += @('--host', '0.0.0.0', '--port', "$Port")
  if ($Port -eq 443) { $service += @('--http-port', '80') }
}
elseif ($Port -ne 0) { $service += @('--port', "$Port") }
Invoke-Ancheng $Program $service

$version = (Get-Content -LiteralPath (Join-Path $PSScriptRoot 'VERSION')).Trim()
Write-Host "已安裝 $version 並啟動。設定碼與訊息見 $(Join-Path $Data 'logs\ancheng.log')"
Write-Host "$version is installed and started. The set-up code and messages are in $(Join-Path $Data 'logs\ancheng.log')"
if ($upgrade) { Write-Host '資料保留原樣；首次啟動會更新資料表。 Data was kept; the first start brings the tables up to date.' }
